import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'ldapts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { desk, type DeskRun } from '../../support/desk.js';
import { peopleLdif } from '../../support/people-ldif.js';
import { ldapProvisioner } from '../../support/provisioners.js';
import { secret } from '../../support/secret-values.js';
import type { DatabaseServer } from '../../targets/database-server.js';
import { startOpenLdap, type OpenLdap } from '../../targets/openldap.js';
import { startPostgresql } from '../../targets/postgresql.js';

/** The desk against a real directory, which keeps a log of every write. */

const NEW_PASSWORD = secret('new password');
let server: OpenLdap;
let directory: string;
let system: string;

beforeAll(async () => {
  server = await startOpenLdap({ modules: ['accesslog', 'sssvlv'], ldif: peopleLdif(0, 20) });
  directory = await mkdtemp(join(tmpdir(), 'desk-ldap-'));
  system = join(directory, 'provisioner.openicf-ldap.json');
  const file = ldapProvisioner(server, 'site-1') as { configurationProperties: Record<string, unknown> };
  // As IDM leaves it: the password only its own key opens.
  file.configurationProperties['credentials'] = { $crypto: { type: 'x-simple-encryption', value: { data: 'x' } } };
  await writeFile(system, JSON.stringify(file));
}, 120_000);
afterAll(async () => {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

function onLdap(command: string, ...words: string[]): Promise<DeskRun> {
  return desk([command, '--system', system, '--set-from', 'credentials=env:BIND', ...words], { environment: { BIND: server.adminPassword, NEW_PASSWORD } });
}

/** Writes the directory has ever carried out, by its own log. */
async function writes(): Promise<number> {
  const client = new Client({ url: server.url });
  try {
    await client.bind(server.adminDn, server.adminPassword);
    return (await client.search(server.accessLogDn, { scope: 'one', filter: '(reqDN=*)', attributes: ['reqType'] })).searchEntries.length;
  } finally {
    await client.unbind();
  }
}

const first = async (): Promise<string> => String((await onLdap('query', '--class', 'account', '--limit', '1')).rows[0]?.['_id']);

describe('a real directory', () => {
  it('says what is wrong: an encrypted password, a wrong one, a wrong port', async () => {
    expect(await desk(['test', '--system', system])).toMatchObject({ exit: 2, told: expect.stringContaining('credentials is encrypted ($crypto)') as string });
    const wrong = await desk(['test', '--system', system, '--set-from', 'credentials=env:BIND'], { environment: { BIND: secret('wrong') } });
    expect(wrong.exit).toBe(1);
    expect(wrong.told).toMatch(/\((invalidPassword|invalidCredential|connectorSecurity|permissionDenied)/);
    expect(wrong.told).not.toContain(secret('wrong'));
    expect(await onLdap('test', '--set', 'port=1')).toMatchObject({ exit: 1, told: expect.stringContaining('connectionFailed') as string });
    expect(await onLdap('test')).toMatchObject({ exit: 0 });
  });

  it('--explain: the filter as the directory was sent it', async () => {
    const { told, rows } = await onLdap('query', '--class', 'account', '--filter', 'sn pr and cn co "a"', '--explain', '--limit', '2');
    expect(rows.length).toBeGreaterThan(0);
    expect(told).toMatch(/filter at the target: {2}and\(presence sn, contains cn\)/);
    expect(told).toMatch(/search \(.*\(cn=\*a\*\).*\)/);
  });

  it.each([
    ['create', ['--value', 'dn=uid=desk,ou=people,dc=example,dc=com', '--value', 'uid=desk', '--value', 'sn=Desk', '--value', 'cn=Desk', '--value-from', 'password=env:NEW_PASSWORD'], /^add\ndn: uid=desk,ou=people/],
    ['update', ['--value', 'title=Chief'], /^modify\ndn: uid=.*\nreplace: title, \(1 value\)$/],
    ['update', ['--add', 'telephoneNumber=+1 555 0100'], /^modify\ndn: uid=.*telephoneNumber/s],
    ['delete', [], /^delete\ndn: uid=/],
  ] as const)('a dry run of %s %j writes nothing, by the log of the directory', async (command, words, request) => {
    const before = await writes();
    const { exit, rows, out } = await onLdap(command, '--class', 'account', ...command === 'create' ? [] : ['--uid', await first()], ...words, '--dry-run', '--json');
    expect(exit).toBe(0);
    expect(rows[0]?.['request']).toMatch(request);
    expect(out).not.toContain(NEW_PASSWORD);
    expect(await writes()).toBe(before);
  });

  it('the same without --dry-run is in the log', async () => {
    const before = await writes();
    expect(await onLdap('update', '--class', 'account', '--uid', await first(), '--value', 'title=Chief', '--yes')).toMatchObject({ exit: 0 });
    expect(await writes()).toBe(before + 1);
  });

  it('a recording replays with the directory out of reach, and holds neither password', async () => {
    const recording = join(directory, 'ldap.jsonl');
    const real = await onLdap('query', '--class', 'account', '--filter', 'sn pr', '--record', recording);
    expect(real.rows).toHaveLength(20);
    const again = await desk(['query', '--system', system, '--set-from', 'credentials=env:BIND', '--set', 'port=1', '--class', 'account', '--filter', 'sn pr', '--replay', recording], { environment: { BIND: 'any' } });
    expect(again).toMatchObject({ exit: 0 });
    expect(again.rows).toEqual(real.rows);
    expect(await readFile(recording, 'utf8')).not.toContain(server.adminPassword);
  });
});

describe('a real database, where a trigger counts every write that is tried', () => {
  let database: DatabaseServer;
  beforeAll(async () => {
    database = await startPostgresql();
    await database.query(`create table people (id text primary key, mail text, secret text); create sequence tried;
      create function count_write() returns trigger language plpgsql as $$ begin perform nextval('tried'); return null; end $$;
      create trigger counted before insert or update or delete on people for each statement execute function count_write();
      insert into people values ('ann', 'ann@example.com', 'x'), ('bob', null, 'x');
      grant all on people to ${database.user}; grant all on sequence tried to ${database.user}`);
  }, 120_000);
  afterAll(async () => { await database.stop(); });

  const onTable = (command: string, ...words: string[]): Promise<DeskRun> => desk([
    command, '--connector', 'database-table', '--set', `url=${database.jdbcUrl}`, '--set', `username=${database.user}`, '--set-from', 'password=env:DB', '--set', 'table=people', '--set', 'keyColumn=id', '--set', 'passwordColumn=secret', ...words,
  ], { environment: { DB: database.password, NEW_PASSWORD } });
  // A sequence is not taken back with a transaction.
  const tried = async (): Promise<string> => String((await database.query('select last_value from tried'))[0]?.['last_value']);

  it.each([
    ['create', ['--value', '__NAME__=cyd', '--value', 'mail=cyd@example.com', '--value-from', '__PASSWORD__=env:NEW_PASSWORD'], /^insert into /i],
    ['update', ['--uid', 'ann', '--value', 'mail=new@example.com'], /^update /i],
    ['delete', ['--uid', 'ann'], /^delete from /i],
  ] as const)('a dry run of %s %j tries none, and shows the statement without values', async (command, words, statement) => {
    const before = await tried();
    const { exit, rows, out, told } = await onTable(command, ...words, '--dry-run', '--json');
    expect(told).toContain('note: no --config');
    expect(told.split('\n').slice(1).join('')).toBe('');
    expect(exit).toBe(0);
    expect(rows[0]?.['request']).toMatch(statement);
    expect(String(rows[0]?.['request'])).not.toContain('example.com');
    expect(out).not.toContain(NEW_PASSWORD);
    expect(await tried()).toBe(before);
  });

  it('without --dry-run one is tried; --explain shows the statement of a query', async () => {
    const before = await tried();
    expect(await onTable('update', '--uid', 'ann', '--value', 'mail=new@example.com', '--yes')).toMatchObject({ exit: 0 });
    expect(await tried()).not.toBe(before);
    const { told } = await onTable('query', '--filter', 'mail sw "new"', '--explain');
    expect(told).toMatch(/sent:\n {4}select .* where /is);
  });
});
