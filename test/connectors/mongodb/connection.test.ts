import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ClientKeeper } from '../../../connectors/catalog/mongodb/connection/client-keeper.js';
import { ACCOUNT, ConnectorError, GuardedString, Name, OperationOptions, type ConnectorTarget, type IcfValue } from '../../../protocol/model/index.js';
import { calling } from '../../support/memory-facade.js';
import { failureOf } from '../../support/scripted.js';
import { secret } from '../../support/secret-values.js';
import { until } from '../../support/until.js';
import { issueTlsFiles } from '../../targets/tls-files.js';
import { ADMIN, ADMIN_PASSWORD, DATABASE, PEOPLE, asAdministrator, byHost, mongo, mongoSystem, person } from './fixture.js';

const QUICK = 'serverSelectionTimeoutMS=500';

async function tlsFiles(names?: readonly string[]) {
  const directory = await mkdtemp(join(tmpdir(), 'causeway-mongo-tls-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return issueTlsFiles(directory, names);
}

describe('the login', () => {
  it('with a wrong password, a wrong name or another database fails test as invalid credential, and shows no secret', async () => {
    const server = await mongo({ auth: true });
    const wrong = secret('wrong password for MongoDB');
    for (const change of [{ password: new GuardedString(wrong) }, { user: 'nobody' }, { userDatabase: DATABASE }]) {
      const system = await mongoSystem({ ...asAdministrator(server), ...change });
      const error = await system.failure({ kind: 'test' });
      expect(error).toMatchObject({ kind: 'invalidCredential' });
      expect(error.message).toMatch(/user, password and userDatabase/);
      const said = `${error.stack ?? ''} ${error.cause instanceof Error ? error.cause.stack ?? '' : ''} ${JSON.stringify(system.log.entries)}`;
      for (const text of [wrong, ADMIN_PASSWORD]) expect(said).not.toContain(text);
    }
  });

  it('works by user, password and userDatabase, by SCRAM-SHA-256 and SCRAM-SHA-1', async () => {
    const server = await mongo({ auth: true });
    await (await mongoSystem(asAdministrator(server))).perform({ kind: 'test' });
    for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-1']) {
      const system = await mongoSystem({ database: DATABASE, connectionURI: `mongodb://${ADMIN}:${ADMIN_PASSWORD}@127.0.0.1:${server.port}/?authSource=admin&authMechanism=${mechanism}` });
      await system.perform({ kind: 'test' });
    }
    expect(server.commands.filter((name) => name === 'saslContinue').length).toBeGreaterThanOrEqual(3);
  });

  it('without user is none, which a server with access control answers with permission denied', async () => {
    const server = await mongo({ auth: true });
    const system = await mongoSystem(byHost(server));
    expect(await failureOf(system.get('ann'))).toMatchObject({ kind: 'permissionDenied' });
  });
});

describe('an address', () => {
  it('wins over host, port, user, password and TLS [mongodb 9]', async () => {
    const server = await mongo({ auth: true });
    const system = await mongoSystem({
      connectionURI: `mongodb://${ADMIN}:${ADMIN_PASSWORD}@127.0.0.1:${server.port}/${DATABASE}?authSource=admin`, host: 'nowhere.invalid', port: 1, user: 'nobody', password: new GuardedString('of-nobody-at-all'), clusterAddresses: ['nowhere.invalid:2'],
    });
    await system.create([new Name('ann'), ...person('ann').slice(1)]).catch(() => undefined);
    await system.perform({ kind: 'test' });
    expect(JSON.stringify(system.log.entries)).not.toContain(ADMIN_PASSWORD);
  });

  it('names the database where no property does', async () => {
    const server = await mongo();
    const system = await mongoSystem({ ...PEOPLE, connectionURI: `mongodb://127.0.0.1:${server.port}/staff` });
    await system.create(person('ann'));
    expect(server.documents('staff', 'people')).toHaveLength(1);
  });
});

describe('a server that is not there', () => {
  it('fails as connection failed, retryable, with what to check, and is found again by itself', async () => {
    const server = await mongo();
    const system = await mongoSystem({ ...PEOPLE, database: DATABASE, connectionURI: `mongodb://127.0.0.1:${server.port}/?${QUICK}` });
    await system.create(person('ann'));
    await server.pause();
    await until(async () => (await failureOf(system.perform({ kind: 'test' }))).kind === 'connectionFailed', 'the server to be missed');
    const error = await failureOf(system.create(person('bob')));
    expect(error).toMatchObject({ kind: 'connectionFailed', retryable: true, outcome: 'notApplied' });
    expect(error.message).toMatch(/sslEnabled/);
    await server.resume();
    await until(() => system.perform({ kind: 'test' }).then(() => true, () => false), 'the server to be found again');
    await system.create(person('bob'));
    expect(server.documents(DATABASE, 'people')).toHaveLength(2);
  });

  it('is not waited for once the caller has gone', async () => {
    const system = await mongoSystem({ ...PEOPLE, database: DATABASE, connectionURI: 'mongodb://127.0.0.1:1/' });
    const abort = new AbortController();
    const work = system.perform({ kind: 'test' }, calling(abort.signal));
    abort.abort(new ConnectorError('operationTimeout', 'The caller has gone.'));
    expect(await failureOf(work)).toMatchObject({ kind: 'operationTimeout' });
  });
});

describe('TLS', () => {
  it('is the default: a server without it needs sslEnabled false [mongodb 17]', async () => {
    const server = await mongo();
    const system = await mongoSystem({ host: server.host, port: server.port, database: DATABASE });
    const abort = new AbortController();
    const work = failureOf(system.perform({ kind: 'test' }, calling(abort.signal)));
    await until(() => server.tlsRefused() > 0, 'the connector to speak TLS');
    abort.abort();
    await work;
    expect(server.commands).toEqual([]);
    await (await mongoSystem(byHost(server))).perform({ kind: 'test' });
  });

  it('verifies the certificate: by the authorities the agent trusts, and refuses others as connector security', async () => {
    const tls = await tlsFiles();
    const server = await mongo({ tls });
    const values = { host: '127.0.0.1', port: server.port, database: DATABASE };
    const trusted = await mongoSystem(values, { trustedCertificates: [await readFile(tls.caFile, 'utf8')] });
    await trusted.perform({ kind: 'test' });
    const byAddress = await mongoSystem({ database: DATABASE, connectionURI: `mongodb://127.0.0.1:${server.port}/?tls=true` }, { trustedCertificates: [await readFile(tls.caFile, 'utf8')] });
    await byAddress.perform({ kind: 'test' });
    const untrusted = await mongoSystem({ database: DATABASE, connectionURI: `mongodb://127.0.0.1:${server.port}/?tls=true&${QUICK}` });
    expect(await untrusted.failure({ kind: 'test' })).toMatchObject({ kind: 'connectorSecurity' });
  });

  it('verifies the host name, unless sslHostNameValidation is false [mongodb 17]', async () => {
    const tls = await tlsFiles(['db.example.com']);
    const server = await mongo({ tls });
    const environment = { trustedCertificates: [await readFile(tls.caFile, 'utf8')] };
    const strict = await mongoSystem({ database: DATABASE, connectionURI: `mongodb://127.0.0.1:${server.port}/?tls=true&${QUICK}` }, environment);
    expect(await strict.failure({ kind: 'test' })).toMatchObject({ kind: 'connectorSecurity' });
    const lax = await mongoSystem({ host: '127.0.0.1', port: server.port, database: DATABASE, sslHostNameValidation: false }, environment);
    await lax.perform({ kind: 'test' });
  });
});

describe('a connection to another machine', () => {
  it.each<[string, Record<string, IcfValue>, RegExp | undefined]>([
    ['without TLS', { sslEnabled: false }, /not encrypted: set sslEnabled/],
    ['with any name', { sslHostNameValidation: false }, /not verified by its name: set sslHostNameValidation/],
    ['by an address without TLS', { connectionURI: 'mongodb://db.invalid,127.0.0.1/test' }, /not encrypted: add tls=true/],
    ['by an address that verifies nothing', { connectionURI: 'mongodb://db.invalid/test?tls=true&tlsInsecure=true' }, /not verified: leave tlsInsecure/],
    ['by an address with TLS', { connectionURI: 'mongodb://db.invalid/test?tls=true' }, undefined],
    ['with TLS', {}, undefined],
    ['that is this one, without TLS', { host: 'localhost', sslEnabled: false }, undefined],
  ])('%s is warned of once where it should be', async (_what, values, warning) => {
    const system = await mongoSystem({ host: 'db.invalid', database: DATABASE, ...values });
    for (let round = 0; round < 2; round++) await failureOf(system.perform({ kind: 'test' }, calling(AbortSignal.timeout(20))));
    expect(system.log.at('warn')).toEqual(warning === undefined ? [] : [expect.stringMatching(warning)]);
  });
});

describe('members of a cluster', () => {
  it('are gone to as named by clusterAddresses [mongodb 11]', async () => {
    const server = await mongo();
    const system = await mongoSystem({ ...byHost(server), host: '127.0.0.1', port: 1, clusterAddresses: [`127.0.0.1:${server.port}`] });
    await system.perform({ kind: 'test' });
  });

  it('that the server names are asked about before they are gone to, and left out when refused', async () => {
    const asked: ConnectorTarget[] = [];
    const server = await mongo({ members: ['member.invalid:27017', '127.0.0.9:27017'] });
    const permitTarget = async (target: ConnectorTarget) => {
      asked.push(target);
      throw new ConnectorError('permissionDenied', 'This agent does not go there.');
    };
    const system = await mongoSystem({ ...byHost(server), clusterAddresses: [`127.0.0.1:${server.port}`] }, { permitTarget });
    await system.perform({ kind: 'test' }).catch(() => undefined);
    await until(() => asked.length >= 2, 'the members to be asked about');
    expect(asked).toContainEqual({ host: 'member.invalid', port: 27_017 });
    expect(asked).toContainEqual({ host: '127.0.0.9', port: 27_017 });
    expect(asked).not.toContainEqual({ host: '127.0.0.1', port: server.port });
    expect(await failureOf(system.perform({ kind: 'test' }))).toMatchObject({ kind: 'permissionDenied' });
  });

  it('are not looked for where one server is named', async () => {
    const server = await mongo({ members: ['member.invalid:27017'] });
    const system = await mongoSystem(byHost(server), { permitTarget: async () => { throw new ConnectorError('permissionDenied', 'No.'); } });
    await system.perform({ kind: 'test' });
  });
});

describe('the pool', () => {
  it('has maxConnectionsPerHost connections at most, and minConnectionsPerHost at least [mongodb 19]', async () => {
    const server = await mongo();
    const many = await mongoSystem({ ...byHost(server), ...PEOPLE, maxConnectionsPerHost: 2 });
    await Promise.all(Array.from({ length: 30 }, (_, index) => many.create(person(`p${index}`))));
    // Two for operations and those that watch the server.
    expect(server.connectionCount()).toBeLessThanOrEqual(4);
    const least = await mongoSystem({ ...byHost(server), ...PEOPLE, minConnectionsPerHost: 4 });
    await least.perform({ kind: 'test' });
    await until(() => server.connectionCount() >= 4 + 2, 'the least connections to be made');
  });

  it('lets unused connections go after maxConnectionIdleTime, never with 0 [mongodb 18]', async () => {
    const server = await mongo();
    const system = await mongoSystem({ ...byHost(server), ...PEOPLE, maxConnectionIdleTime: 50 });
    await Promise.all([system.create(person('a')), system.create(person('b')), system.get('a')]);
    const before = server.connectionCount();
    await until(async () => server.connectionCount() < before || server.connectionsMade() > before + 1 || (await system.perform({ kind: 'test' }), false), 'unused connections to be closed');
  });

  it('is made anew after maxConnectionLifeTime, while operations under way keep their connections [mongodb 18]', async () => {
    let now = 0;
    const closed: string[] = [];
    let made = 0;
    const client = () => { const name = `client ${++made}`; return { name, close: async () => { closed.push(name); } }; };
    const keeper = new ClientKeeper(async () => client() as never, 1_000, () => now);
    const first = await keeper.lease();
    now = 999;
    const second = await keeper.lease();
    expect(second.client).toBe(first.client);
    second.release();
    now = 1_000;
    const third = await keeper.lease();
    expect(third.client).not.toBe(first.client);
    expect(closed).toEqual([]);
    first.release();
    await until(() => closed.length === 1, 'the old client to be closed');
    expect(closed).toEqual(['client 1']);
    third.release();
    await keeper.close();
    expect(closed).toEqual(['client 1', 'client 2']);
    const forever = new ClientKeeper(async () => client() as never, 0, () => now);
    const one = await forever.lease();
    now = 1e12;
    expect((await forever.lease()).client).toBe(one.client);
  });

  it('keeps no client that could not be made', async () => {
    let attempts = 0;
    const keeper = new ClientKeeper(async () => { attempts++; throw new Error('no'); }, 0);
    for (let round = 0; round < 2; round++) await expect(keeper.lease()).rejects.toThrow('no');
    expect(attempts).toBe(2);
  });
});

describe('a write whose answer is lost', () => {
  it('is carried out once: the driver asks again for the answer', async () => {
    const server = await mongo();
    const system = await mongoSystem({ ...byHost(server), ...PEOPLE });
    server.failNext({ command: 'update', how: 'closeAfter' });
    const uid = await system.create(person('ann'));
    expect(server.documents(DATABASE, 'people')).toHaveLength(1);
    expect((await system.perform({ kind: 'get', objectClass: ACCOUNT, uid: uid!, options: OperationOptions.none }))?.name.value).toBe('ann');
  });

  it('that the driver cannot repeat is not told as notApplied', async () => {
    const server = await mongo({ auth: true });
    const system = await mongoSystem(asAdministrator(server));
    server.failNext({ command: 'dropUser', how: 'closeAfter' });
    server.principals.createUser(DATABASE, { createUser: 'ann', pwd: 'x', roles: [] });
    const error = await failureOf(system.remove('ann'));
    expect(error.kind).toBe('connectionBroken');
    expect(error.outcome).not.toBe('notApplied');
    expect(server.principals.user(DATABASE, 'ann')).toBeUndefined();
  });
});

describe('a server that is not the primary, or steps down', () => {
  it('fails what cannot be repeated as retryable, with where to name the others', async () => {
    const server = await mongo();
    const system = await mongoSystem(byHost(server));
    for (const [code, message] of [[10_107, 'not primary'], [189, 'primary stepped down']] as const) {
      server.failNext({ command: 'dropUser', how: { code, message } });
      const error = await failureOf(system.remove('ann'));
      expect(error).toMatchObject({ kind: 'retryable', retryable: true });
      if (code === 10_107) expect(error.message).toMatch(/clusterAddresses/);
    }
    expect((await failureOf(system.remove('ann'))).kind).toBe('unknownUid');
  });
});
