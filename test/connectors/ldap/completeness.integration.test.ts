import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConnectorError, OPTION, OperationOptions, Uid, type ConnectorObject, type IcfValue } from '../../../protocol/model/index.js';
import { open, close, type LdapSession } from '../../../connectors/catalog/ldap/connection.js';
import { search } from '../../../connectors/catalog/ldap/search.js';
import { startOpenLdap, type OpenLdap } from '../../targets/openldap.js';
import { configFor, people, quiet } from './ldap-config.js';
import { parkedSearches } from '../../../connectors/catalog/ldap/parked-searches.js';
import { secret } from '../../support/secret-values.js';
import { openContext } from '../../support/open-context.js';

/** A load balancer that may take a connection to another server without telling it who is connected. */
class Balancer {
  readonly #sides = new Map<Socket, Socket>();
  readonly #server: Server;
  readonly #port: number;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.#port = port;
  }

  static async to(port: number): Promise<Balancer> {
    const server = createServer();
    const balancer = new Balancer(server, port);
    server.on('connection', (client) => balancer.#join(client));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return balancer;
  }

  get url(): URL {
    return new URL(`ldap://127.0.0.1:${(this.#server.address() as { port: number }).port}`);
  }

  /** Every connection gets a new one behind, on which nobody has bound. */
  async switchServers(): Promise<void> {
    for (const client of [...this.#sides.keys()]) {
      const before = this.#sides.get(client);
      client.removeAllListeners('data');
      before?.removeAllListeners();
      before?.destroy();
      this.#join(client);
      await once(this.#sides.get(client)!, 'connect');
    }
  }

  close(): void {
    this.#server.close();
    for (const [client, server] of this.#sides) {
      client.destroy();
      server.destroy();
    }
  }

  #join(client: Socket): void {
    const server = connect(this.#port, '127.0.0.1');
    this.#sides.set(client, server);
    client.on('data', (data) => server.write(data));
    server.on('data', (data) => client.write(data));
    for (const [one, other] of [[client, server], [server, client]] as const) {
      one.on('error', () => undefined);
      one.on('close', () => { if (this.#sides.get(client) === server) other.destroy(); });
    }
  }
}

const PEOPLE = 1_200;
const CLASS = '__ACCOUNT__';
let server: OpenLdap;
let balancer: Balancer;

beforeAll(async () => {
  server = await startOpenLdap({
    modules: ['sssvlv'], ldif: people(PEOPLE, 'user', (index) => (index === 0 ? `userPassword: ${secret('password of the directory manager')}\n` : '')),
    // Everybody may see a few entries: what an anonymous reader gets looks like a result.
    access: ['access to dn.regex="^uid=user1.,ou=people" by anonymous read by users read', 'access to dn.base="dc=example,dc=com" by * read', 'access to dn.base="ou=people,dc=example,dc=com" by * read'],
    databaseConfig: ['limits dn.exact="uid=user0,ou=people,dc=example,dc=com" size.soft=500 size.hard=500 size.pr=unlimited size.prtotal=unlimited'],
  });
  balancer = await Balancer.to(server.port);
});
afterAll(async () => {
  await parkedSearches.closeAll();
  balancer.close();
  await server.stop();
});

async function session(changes: Parameters<typeof configFor>[1] = {}): Promise<LdapSession> {
  return open(configFor(server, { accountObjectClasses: ['inetOrgPerson'], baseContexts: ['ou=people,dc=example,dc=com'], ...changes }), openContext());
}

const behindBalancer = () => session({ host: '127.0.0.1', port: Number(balancer.url.port) });

function read(of: LdapSession, options: Record<string, IcfValue> = {}, uid?: string) {
  const filter = uid === undefined ? undefined : { kind: 'equals', attribute: new Uid(uid) } as const;
  return search(of, { objectClass: CLASS, filter, options: OperationOptions.of(options) }, { signal: quiet(), log: of.log, locale: undefined, operationId: undefined });
}

async function all(of: LdapSession, options: Record<string, IcfValue> = {}, uid?: string): Promise<ConnectorObject[]> {
  const objects: ConnectorObject[] = [];
  for await (const object of read(of, options, uid)) objects.push(object);
  return objects;
}

const anonymous = { kind: 'connectionBroken', message: expect.stringContaining('no longer knows who asks') as string };

describe('a connection that has become anonymous', () => {
  test('a search that shows less than there is is an error', async () => {
    const ldap = await behindBalancer();
    expect(await all(ldap)).toHaveLength(PEOPLE);
    await balancer.switchServers();
    await expect(all(ldap)).rejects.toMatchObject(anonymous);
    // It stays dead: the pool throws such a session away.
    expect(await ldap.directory.isAlive(quiet())).toBe(false);
    await close(ldap);
  });

  test('in the middle of a search in pages: no page of what everybody may see', async () => {
    const ldap = await behindBalancer();
    const results = read(ldap, { [OPTION.pageSize]: 5 });
    let step = await results.next();
    while (step.done !== true) step = await results.next();
    const cookie = step.value?.pagedResultsCookie;
    await balancer.switchServers();
    await expect(all(ldap, { [OPTION.pageSize]: 500, [OPTION.pagedResultsCookie]: cookie! })).rejects.toBeInstanceOf(ConnectorError);
    await close(ldap);
  });

  test('a read by uid that finds nothing is an error, never "there is no such object"', async () => {
    const ldap = await behindBalancer();
    const [first] = (await all(ldap)).slice(-1);
    expect(await all(ldap, {}, first!.uid.value)).toHaveLength(1);
    expect(await all(ldap, {}, '00000000-0000-0000-0000-000000000000')).toEqual([]);
    await balancer.switchServers();
    await expect(all(ldap, {}, first!.uid.value)).rejects.toMatchObject(anonymous);
    await close(ldap);
  });

  test('a read by name of an entry below something hidden is an error, too', async () => {
    const ldap = await session({ host: '127.0.0.1', port: Number(balancer.url.port), uidAttribute: 'dn' });
    const dn = 'uid=user900,ou=people,dc=example,dc=com';
    expect(await all(ldap, {}, dn)).toHaveLength(1);
    await balancer.switchServers();
    await expect(all(ldap, {}, dn)).rejects.toBeInstanceOf(ConnectorError);
    await close(ldap);
  });

  test('an anonymous connection by configuration is none that was lost', async () => {
    const ldap = await session({ principal: null, credentials: null });
    expect((await all(ldap)).length).toBe(10);
    await close(ldap);
  });
});

describe('limits of the server', () => {
  const limited = { principal: 'uid=user0,ou=people,dc=example,dc=com' };
  test('a size limit that is passed is an error after the results before it; in pages everything comes', async () => {
    const ldap = await session(limited);
    const seen: ConnectorObject[] = [];
    await expect((async () => { for await (const object of read(ldap)) seen.push(object); })()).rejects.toMatchObject({ message: expect.stringContaining('sizeLimitExceeded (4)') as string });
    expect(seen.length).toBeLessThanOrEqual(500);
    await close(ldap);
    const paged = await session({ ...limited, useBlocks: true, usePagedResultControl: true });
    expect(await all(paged)).toHaveLength(PEOPLE);
    await close(paged);
  });

  test('the server killed within a search is an error', async () => {
    const ldap = await session();
    const results = read(ldap);
    await results.next();
    await server.pause('SIGKILL');
    await expect((async () => { for await (const object of results) expect(object).toBeInstanceOf(Object); })()).rejects.toBeInstanceOf(ConnectorError);
    await server.resume();
    await close(ldap);
  });
});
