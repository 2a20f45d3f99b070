import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChain, type Chain } from '../../support/chain.js';
import { peopleLdif } from '../../support/people-ldif.js';
import type { Json } from '../../support/rest-client.js';
import { until } from '../../support/until.js';
import { secret } from '../../support/secret-values.js';
import { keepFiles } from '../../support/evidence.js';

/** Against a real directory, with what a hostile controller would try. */

const PEOPLE = 'ou=people,dc=example,dc=com';
const ACCOUNT = '/openidm/system/ldap/account';
const OPEN = 'version: 1\ndefault: allow\n';

let directory: string;
let policyFile: string;
let chain: Chain;
let versions = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-policy-ldap-'));
  policyFile = join(directory, 'policy.yaml');
  await writeFile(policyFile, OPEN);
  chain = await startChain({ ldap: { ldif: peopleLdif(0, 5) }, agent: { config: { policy: { file: policyFile, checkInterval: '100ms' } } } });
}, 120_000);
afterAll(async () => {
  await chain.stop();
  keepFiles(directory);
  await rm(directory, { recursive: true, force: true });
});

async function policy(text: string): Promise<void> {
  const digest = async (): Promise<unknown> => ((await chain.agent.health.send('/readyz')).body['policy'] as Json)['digest'];
  const before = await digest();
  await writeFile(policyFile, `${text}# ${++versions}\n`);   // another file each time, even for the same rules
  await until(async () => await digest() !== before, 'the new policy to apply');
}

async function person(uid: string, more: Json = {}): Promise<string> {
  const { status, body } = await chain.rest.send(`${ACCOUNT}?_action=create`, { method: 'POST', body: { dn: `uid=${uid},${PEOPLE}`, uid, cn: `Cn ${uid}`, sn: 'Sn', ...more } });
  expect(status, JSON.stringify(body)).toBe(201);
  return String(body['_id']);
}

const replace = async (id: string, field: string, value: unknown): Promise<string> => {
  const { status, body } = await chain.rest.send(`${ACCOUNT}/${id}`, { method: 'PATCH', body: [{ operation: 'replace', field: `/${field}`, value }] });
  return `${status} ${JSON.stringify(body)}`;
};
const remove = async (id: string, type = 'account'): Promise<string> => {
  const { status, body } = await chain.rest.send(`/openidm/system/ldap/${type}/${id}`, { method: 'DELETE' });
  return `${status} ${JSON.stringify(body)}`;
};

describe('a policy before a directory', () => {
  it('protects by name and by an attribute that only the directory tells', async () => {
    await policy(OPEN);
    const admin = await person('admin1');
    const marked = await person('marked', { title: 'Executive officer' });
    const other = await person('other');
    await policy(`${OPEN}protected: [{name: vip, names: ["uid=ADMIN*,*"], attributes: {title: ["executive*"]}}]\n`);
    for (const id of [admin, marked]) {
      expect(await remove(id)).toMatch(/^403 .*rule vip protects the object/);
      expect(await replace(id, 'password', secret('password refused'))).toMatch(/^403 .*rule vip/);
      expect(await replace(id, 'dn', `uid=renamed,${PEOPLE}`)).toMatch(/^403 .*rule vip/);
      expect(await replace(id, 'description', 'may change')).toMatch(/^200/);
    }
    expect(await remove(other)).toMatch(/^200/);
  });

  it('is not got round by another object class: a directory deletes by uid whatever the class', async () => {
    await policy(OPEN);
    const id = await person('classless');
    await policy(`${OPEN}rules: [{name: groups-only, effect: deny, operations: [delete], objectClasses: [__ACCOUNT__]}]\n`);
    expect(await remove(id)).toMatch(/^403 .*rule groups-only/);
    expect(await remove(id, 'group')).toMatch(/^404 /);
    expect((await chain.rest.send(`${ACCOUNT}/${id}`)).status).toBe(200);
  });

  it('hides an attribute in filters, sort keys and results', async () => {
    await policy(OPEN);
    const id = await person('hidden', { title: 'Secret title', employeeNumber: '7' });
    await policy(`${OPEN}rules: [{name: no-titles, effect: allow, attributes: {read: {deny: [title]}}}]\n`);
    expect(await chain.rest.ok(`${ACCOUNT}/${id}`)).toMatchObject({ uid: 'hidden', employeeNumber: '7' });
    expect(await chain.rest.ok(`${ACCOUNT}/${id}`)).not.toHaveProperty('title');
    const { result } = await chain.rest.ok(`${ACCOUNT}?_queryFilter=${encodeURIComponent('uid eq "hidden"')}&_fields=title,uid`) as unknown as { result: Json[] };
    expect(result).toEqual([{ _id: id, uid: 'hidden' }]);
    for (const query of [`_queryFilter=${encodeURIComponent('title sw "Secret"')}`, '_queryFilter=true&_sortKeys=title']) {
      const { status, body } = await chain.rest.send(`${ACCOUNT}?${query}`);
      expect(`${status} ${JSON.stringify(body)}`).toMatch(/^403 .*rule no-titles/);
    }
  });

  it('goes to no server it does not name, and works with the one it names', async () => {
    const { host, port } = chain.ldap;
    await policy(`version: 1\ndefault: deny\nrules: [{name: directory, effect: allow, targets: ["${host}:${port + 1}"]}]\n`);
    expect((await chain.rest.send(`${ACCOUNT}?_queryFilter=true`)).status).toBe(403);
    await policy(`version: 1\ndefault: deny\nrules: [{name: directory, effect: allow, targets: ["${host}:${port}"]}]\n`);
    expect((await chain.rest.send(`${ACCOUNT}?_queryFilter=true`)).status).toBe(200);
  });

  it('stops password sets that are too many', async () => {
    await policy(OPEN);
    const ids = [await person('pw1'), await person('pw2'), await person('pw3')];
    await policy(`${OPEN}brakes: [{name: passwords, changes: [password], limit: 2, release: window}]\n`);
    const outcomes: string[] = [];
    for (const id of ids) outcomes.push(await replace(id, 'password', secret('password set')));
    expect(outcomes).toEqual([expect.stringMatching(/^200/), expect.stringMatching(/^200/), expect.stringMatching(/^403 .*the brake passwords has tripped.*it holds until 20/)]);
    expect(await replace(ids[2]!, 'description', 'still')).toMatch(/^200/);
    await policy(OPEN);
  });
});
