import { afterEach, describe, expect, test } from 'vitest';
import { GuardedString, OperationOptions, type ConnectorObject } from '../../../protocol/model/index.js';
import { close, open, type LdapSession } from '../../../connectors/catalog/ldap/connection.js';
import { isSuspicious } from '../../../connectors/catalog/ldap/cut-off.js';
import { search } from '../../../connectors/catalog/ldap/search.js';
import { OP, done, entry, startFakeLdap, type FakeLdap, type FakeRequest } from './fake-ldap.js';
import { ldapConfig, quiet } from './ldap-config.js';
import { openContext } from '../../support/open-context.js';

const PAGED = '1.2.840.113556.1.4.319';
const BASE = 'ou=people,dc=x';
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

let server: FakeLdap;
let session: LdapSession;
afterEach(async () => {
  await close(session);
  await server.stop();
});

/** A server with `all` people, of which it shows `shown` at most to a search without pages and calls that success. */
async function serverOf(all: number, shown: number, pages: (request: FakeRequest) => readonly Buffer[] = (request) => [...people(request, all), done(request, { cookie: '' })]): Promise<void> {
  server = await startFakeLdap((request) => {
    if (request.operation !== OP.search) return undefined;
    if (request.dn === '') return [entry(request, '', { supportedControl: [PAGED], namingContexts: ['dc=x'] }), done(request)];
    if (request.dn !== BASE) return done(request, { code: 32 });
    return request.cookie === undefined ? [...people(request, Math.min(all, shown)), done(request)] : pages(request);
  });
  session = await open(ldapConfig({ host: '127.0.0.1', port: server.port, principal: 'cn=me', credentials: new GuardedString('secret'), baseContexts: [BASE], readSchema: false, uidAttribute: 'uid' }), openContext({ log }));
}

function people(request: FakeRequest, count: number): Buffer[] {
  return Array.from({ length: count }, (_, index) => entry(request, `uid=u${index},${BASE}`, { uid: [`u${index}`], objectClass: ['top', 'person', 'organizationalPerson', 'inetOrgPerson'] }));
}

async function all(): Promise<ConnectorObject[]> {
  const objects: ConnectorObject[] = [];
  const request = { objectClass: '__ACCOUNT__', filter: undefined, options: OperationOptions.none };
  for await (const object of search(session, request, { signal: quiet(), log, locale: undefined, operationId: undefined })) objects.push(object);
  return objects;
}

describe('a server that cuts results off and says success', () => {
  test('is found out where the number is a round one', async () => {
    await serverOf(1_203, 1_000);
    await expect(all()).rejects.toMatchObject({ kind: 'connector', message: expect.stringContaining('gave exactly 1000 entries') as string });
  });

  test('a result that happens to be round is given, at the price of counting it once more', async () => {
    await serverOf(1_000, 5_000);
    expect(await all()).toHaveLength(1_000);
    expect(server.requests.filter(({ controls }) => controls.includes(PAGED))).toHaveLength(1);
  });

  test('others cost nothing', async () => {
    await serverOf(1_001, 5_000);
    expect(await all()).toHaveLength(1_001);
    expect(server.requests.filter(({ controls }) => controls.includes(PAGED))).toHaveLength(0);
  });

  test.each([[100, true], [500, true], [1_000, true], [5_000, true], [0, false], [501, false], [300, false], [200_000, false]])('%d is suspicious: %s', async (count, suspicious) => {
    await serverOf(0, 0);
    expect(isSuspicious(count)).toBe(suspicious);
  });
});

describe('a server that loses its way in pages', () => {
  const paged = async (): Promise<unknown> => {
    const results = session.directory.search({ base: BASE, scope: 'sub', filter: '(objectClass=*)', pageSize: 2 }, quiet());
    const found: string[] = [];
    for await (const { dn } of results) found.push(dn);
    return found;
  };

  test('nothing but the same cookie, again and again, is an error', async () => {
    await serverOf(5, 5, (request) => [done(request, { cookie: 'same' })]);
    await expect(paged()).rejects.toThrow('goes on sending empty pages');
    expect(server.requests.length).toBeLessThan(40);
  });

  test('a later page answered without the control is an error: it is the first one again', async () => {
    await serverOf(5, 5, (request) => (request.cookie?.length === 0 ? [...people(request, 2), done(request, { cookie: 'c' })] : [...people(request, 2), done(request)]));
    await expect(paged()).rejects.toThrow('without paging');
  });
});
