import { once } from 'node:events';
import { createConnection } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { GuardedString } from '../../../protocol/model/index.js';
import type { Directory, DirectorySearch, Entry } from '../../../connectors/catalog/ldap/directory/contract.js';
import { parseFilter } from '../../../connectors/catalog/ldap/directory/filter-encoding.js';
import { searchRequest } from '../../../connectors/catalog/ldap/directory/request.js';
import { LdapWire } from '../../../connectors/catalog/ldap/directory/wire.js';
import { openDirectory } from '../../../connectors/catalog/ldap/directory/open-directory.js';
import { OP, disconnection, done, entry, intermediate, reference, startFakeLdap, type FakeLdap, type Script } from './fake-ldap.js';
import { LogKeeper, ldapConfig, quiet } from './ldap-config.js';

const started: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(started.splice(0).map((one) => one.stop()));
});

async function fake(script: Script): Promise<FakeLdap> {
  const server = await startFakeLdap(script);
  started.push(server);
  return server;
}

async function connect(server: FakeLdap, values: Parameters<typeof ldapConfig>[0] = {}): Promise<Directory> {
  const directory = await openDirectory(ldapConfig({ host: '127.0.0.1', port: server.port, principal: 'cn=me', credentials: new GuardedString('secret'), connectionTimeout: 2000, ...values }), new LogKeeper(), quiet());
  started.push({ stop: () => directory.close() });
  return directory;
}

const everything: DirectorySearch = { base: 'dc=x', scope: 'sub', filter: '(objectClass=*)' };

async function dns(directory: Directory, search: DirectorySearch = everything): Promise<string[]> {
  const found: string[] = [];
  for await (const { dn } of directory.search(search, quiet())) found.push(dn);
  return found;
}
const onSearch = (answer: Script): Script => (request) => (request.operation === OP.search ? answer(request) : undefined);

describe('pages', () => {
  test('an empty page with a cookie is not the end', async () => {
    const server = await fake(onSearch((request) => {
      switch (request.cookie?.toString()) {
        case '': return [entry(request, 'cn=1,dc=x'), done(request, { cookie: 'one' })];
        case 'one': return done(request, { cookie: 'two' });
        case 'two': return done(request, { cookie: 'three' });
        default: return [entry(request, 'cn=2,dc=x'), done(request, { cookie: '' })];
      }
    }));
    expect(await dns(await connect(server), { ...everything, pageSize: 1 })).toEqual(['cn=1,dc=x', 'cn=2,dc=x']);
    expect(await dns(await connect(server), { ...everything, pageSize: 1, onePage: true, cookie: Buffer.from('one') })).toEqual(['cn=2,dc=x']);
  });

  test('an error on a later page is an error of the search', async () => {
    const server = await fake(onSearch((request) => (request.cookie?.length === 0 ? [entry(request, 'cn=1,dc=x'), done(request, { cookie: 'one' })] : done(request, { code: 11, text: 'enough' }))));
    await expect(dns(await connect(server), { ...everything, pageSize: 1 })).rejects.toThrow('adminLimitExceeded (11): enough');
  });

  test('no time limit is sent, aliases are dereferenced only when asked for, and a limit is', async () => {
    const server = await fake(onSearch((request) => done(request)));
    const directory = await connect(server);
    await dns(directory);
    await dns(directory, { ...everything, derefAliases: true, limit: 5 });
    expect(server.requests.filter(({ operation }) => operation === OP.search).map(({ search }) => search)).toEqual([
      { scope: 2, derefAliases: 0, sizeLimit: 0, timeLimit: 0 }, { scope: 2, derefAliases: 3, sizeLimit: 5, timeLimit: 0 },
    ]);
  });
});

describe('broken connections and servers', () => {
  test('a connection dropped within a search is an error, and nothing is bound anew', async () => {
    const server = await fake(onSearch((request) => {
      request.socket.write(entry(request, 'cn=1,dc=x'));
      request.socket.end();
      return undefined;
    }));
    const directory = await connect(server);
    const seen: Entry[] = [];
    await expect((async () => { for await (const one of directory.search(everything, quiet())) seen.push(one); })()).rejects.toMatchObject({ kind: 'connectionBroken' });
    expect(seen.map(({ dn }) => dn)).toEqual(['cn=1,dc=x']);
    const before = server.requests.length;
    await expect(directory.read('dc=x', undefined, quiet())).rejects.toMatchObject({ kind: 'connectionBroken' });
    expect(await directory.isAlive(quiet())).toBe(false);
    expect(server.requests.length).toBe(before);
  });

  test.each<[string, (answer: Buffer) => Buffer]>([
    ['garbage', () => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['an indefinite length', () => Buffer.from([0x30, 0x80, 0, 0])],
    ['a message of 4 GB', () => Buffer.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 1, 2, 3])],
    ['a value that runs out of its message', (answer) => { const bytes = Buffer.from(answer); bytes[bytes.length - 3]! += 20; return bytes; }],
    ['an operation that is no response', (answer) => { const bytes = Buffer.from(answer); bytes[5] = 0x63; return bytes; }],
  ])('%s ends the connection with an error', async (_what, spoil) => {
    const server = await fake(onSearch((request) => spoil(done(request))));
    const directory = await connect(server);
    await expect(dns(directory)).rejects.toMatchObject({ kind: 'connectionBroken' });
    expect(await directory.isAlive(quiet())).toBe(false);
  });

  test('an intermediate response is passed over and costs nothing that follows', async () => {
    const server = await fake(onSearch((request) => Buffer.concat([intermediate(request), entry(request, 'cn=1,dc=x'), intermediate(request), entry(request, 'cn=2,dc=x'), done(request)])));
    expect(await dns(await connect(server))).toEqual(['cn=1,dc=x', 'cn=2,dc=x']);
  });

  test('messages cut anywhere arrive whole', async () => {
    const server = await fake(onSearch((request) => {
      const bytes = Buffer.concat([entry(request, 'cn=1,dc=x', { cn: ['a'.repeat(300)] }), entry(request, 'cn=2,dc=x'), done(request)]);
      void (async () => { for (const byte of bytes) await new Promise((resolve) => request.socket.write(Buffer.of(byte), resolve)); })();
      return undefined;
    }));
    expect(await dns(await connect(server))).toEqual(['cn=1,dc=x', 'cn=2,dc=x']);
  });

  test('a notice of disconnection is told', async () => {
    const server = await fake(onSearch((request) => [entry(request, 'cn=1,dc=x'), disconnection('going down')]));
    await expect(dns(await connect(server))).rejects.toMatchObject({ kind: 'connectionBroken', message: expect.stringContaining('going down') as string });
  });

  test('answers to nobody are ignored', async () => {
    const server = await fake(onSearch((request) => [entry({ id: 4711 }, 'cn=stray,dc=x'), entry(request, 'cn=1,dc=x'), done(request)]));
    expect(await dns(await connect(server))).toEqual(['cn=1,dc=x']);
  });

  test('a server that accepts and says nothing is given up after connectionTimeout [ldap 12]', async () => {
    const server = await fake((request) => (request.operation === OP.bind ? [] : undefined));
    await expect(connect(server, { connectionTimeout: 150 })).rejects.toMatchObject({ kind: 'connectionFailed', message: expect.stringContaining('150 ms (connectionTimeout)') as string });
    await vi.waitFor(() => expect(server.sockets.size).toBe(0), { timeout: 10_000 });
  });

  test('many requests on a fresh connection at once, and after a lost one, all settle', async () => {
    const server = await fake(onSearch((request) => [entry(request, request.dn), done(request)]));
    const directory = await connect(server);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => directory.read(`cn=${i},dc=x`, undefined, quiet())));
    expect(answers.map((one) => one?.dn)).toEqual(Array.from({ length: 20 }, (_, i) => `cn=${i},dc=x`));
    for (const socket of server.sockets) socket.destroy();
    const settled = await Promise.allSettled(Array.from({ length: 20 }, () => directory.read('dc=x', undefined, quiet())));
    expect(settled.every(({ status }) => status === 'rejected')).toBe(true);
  });
});

describe('silence and transactions', () => {
  test('a server that goes silent in the middle of a search counts as gone', async () => {
    const server = await fake(onSearch((request) => entry(request, 'cn=1,dc=x')));
    const socket = createConnection({ host: '127.0.0.1', port: server.port });
    await once(socket, 'connect');
    const wire = new LdapWire(socket, 'ldap://fake', 200);
    const request = searchRequest({ base: 'dc=x', scope: 'sub', filter: parseFilter('(a=b)'), filterSize: 5, attributes: [], sizeLimit: 0, derefAliases: false });
    const responses = wire.responses(request, [], quiet());
    expect((await responses.next()).done).toBe(false);
    await expect(responses.next()).rejects.toMatchObject({ kind: 'operationTimeout', message: expect.stringContaining('silent for 0.2 seconds') as string });
    expect(wire.alive).toBe(false);
    await wire.close();
  });

  test.each([['OpenDJ Server 7', 1], ['Somebody', 0]])('the transaction id goes to a DS server only: %s [ldap 28]', async (vendorVersion, times) => {
    const server = await fake((request) => (request.operation === OP.search ? [entry(request, '', { vendorVersion: [vendorVersion] }), done(request)] : request.operation === OP.delete ? done(request) : undefined));
    const directory = await connect(server, { sendCAUDTxId: true });
    directory.transactionId = 'tx-1';
    await directory.remove('cn=a,dc=x', false, quiet());
    expect(server.requests.filter(({ operation, controls }) => operation === OP.delete && controls.includes('1.3.6.1.4.1.36733.2.1.5.1'))).toHaveLength(times);
  });

  test('tree delete and its control [ldap 60]', async () => {
    const server = await fake((request) => (request.operation === OP.delete ? done(request) : undefined));
    await (await connect(server)).remove('ou=a,dc=x', true, quiet());
    expect(server.requests.at(-1)).toMatchObject({ operation: OP.delete, dn: 'ou=a,dc=x', controls: ['1.2.840.113556.1.4.805'] });
  });
});

describe('slow consumers', () => {
  test('the server is held back instead of buffering without bound', async () => {
    const big = 'x'.repeat(30_000);
    let written = 0;
    const server = await fake(onSearch((request) => {
      void (async () => {
        for (let i = 0; i < 2000 && !request.socket.destroyed; i++) {
          const bytes = entry(request, `cn=${i},dc=x`, { description: [big] });
          if (!request.socket.write(bytes)) await new Promise((resolve) => request.socket.once('drain', resolve));
          written += bytes.length;
        }
        request.socket.write(done(request));
      })();
      return undefined;
    }));
    const directory = await connect(server);
    const results = directory.search(everything, quiet());
    await results.next();
    let last = -1;
    await vi.waitFor(() => {
      const stalled = written === last;
      last = written;
      expect(stalled).toBe(true);
    }, { timeout: 10_000, interval: 300 });
    expect(written).toBeLessThan(2000 * 30_000 / 3);
    let count = 1;
    for await (const one of results) count += one.dn === '' ? 0 : 1;
    expect(count).toBe(2000);
  });

  test('an early return abandons the search at the server', async () => {
    const server = await fake(onSearch((request) => entry(request, 'cn=1,dc=x')));
    const directory = await connect(server);
    for await (const one of directory.search(everything, quiet())) {
      expect(one.dn).toBe('cn=1,dc=x');
      break;
    }
    await vi.waitFor(() => expect(server.requests.at(-1)!.operation).toBe(OP.abandon), { timeout: 10_000 });
  });
});

describe('referrals', () => {
  async function pair(values: Parameters<typeof ldapConfig>[0] = {}): Promise<{ directory: Directory; other: FakeLdap }> {
    const other = await fake((request) => (request.operation === OP.search ? [entry(request, `cn=there,${request.dn}`), done(request)] : request.operation === OP.modify ? done(request) : undefined));
    const here = await fake((request) => {
      if (request.operation === OP.search && request.dn === 'ou=whole,dc=x') return done(request, { code: 10, referrals: [`ldap://127.0.0.1:${other.port}/ou=other,dc=x`] });
      if (request.operation === OP.search) return [entry(request, 'cn=here,dc=x'), reference(request, 'ldap://127.0.0.1:1/ou=part,dc=x??sub', `ldap://127.0.0.1:${other.port}/ou=part,dc=x??sub`), done(request)];
      return request.operation === OP.modify ? done(request, { code: 10, referrals: [`ldap://127.0.0.1:${other.port}/`] }) : undefined;
    });
    return { directory: await connect(here, values), other };
  }

  test('follow: continuation references and referrals, with the same credentials, the first alternative that answers [ldap 15]', async () => {
    const { directory, other } = await pair();
    expect(await dns(directory)).toEqual(['cn=here,dc=x', 'cn=there,ou=part,dc=x']);
    expect(await dns(directory, { ...everything, base: 'ou=whole,dc=x' })).toEqual(['cn=there,ou=other,dc=x']);
    await directory.modify('cn=a,dc=x', [{ operation: 'replace', attribute: 'cn', values: ['b'] }], quiet());
    expect(other.requests.filter(({ operation }) => operation === OP.bind).map(({ dn, password }) => [dn, password])).toEqual([['cn=me', 'secret'], ['cn=me', 'secret'], ['cn=me', 'secret']]);
    expect(other.requests.find(({ operation }) => operation === OP.modify)!.dn).toBe('cn=a,dc=x');
    await vi.waitFor(() => expect(other.sockets.size).toBe(0), { timeout: 10_000 });
  });

  test('ignore: references are left out, a referral of the whole operation is still an error [ldap 15]', async () => {
    const { directory } = await pair({ referralsHandling: 'ignore' });
    expect(await dns(directory)).toEqual(['cn=here,dc=x']);
    await expect(dns(directory, { ...everything, base: 'ou=whole,dc=x' })).rejects.toThrow('ou=other,dc=x');
    await expect(directory.modify('cn=a,dc=x', [], quiet())).rejects.toMatchObject({ kind: 'connector' });
  });

  test('throw: any is an error [ldap 15]', async () => {
    const { directory, other } = await pair({ referralsHandling: 'throw' });
    await expect(dns(directory)).rejects.toThrow('referralsHandling is throw');
    expect(other.requests).toEqual([]);
  });

  test('a loop ends with an error', async () => {
    let port = 0;
    const server = await fake(onSearch((request) => done(request, { code: 10, referrals: [`ldap://127.0.0.1:${port}/dc=x`] })));
    port = server.port;
    await expect(dns(await connect(server))).rejects.toThrow('gave up after 8');
    await vi.waitFor(() => expect(server.sockets.size).toBe(1), { timeout: 10_000 });
  });

  test('one that leads nowhere is an error, not a shorter result', async () => {
    const server = await fake(onSearch((request) => [entry(request, 'cn=here,dc=x'), reference(request, 'ldap://127.0.0.1:1/dc=y'), done(request)]));
    await expect(dns(await connect(server))).rejects.toMatchObject({ kind: 'connectionFailed' });
  });
});

describe('liveness', () => {
  test('the server is polled only after checkAliveMinInterval of silence [ldap 16]', async () => {
    const server = await fake(onSearch((request) => [entry(request, ''), done(request)]));
    const directory = await connect(server, { checkAliveMinInterval: 60 });
    expect(await directory.isAlive(quiet())).toBe(true);
    expect(server.requests.filter(({ operation }) => operation === OP.search)).toHaveLength(0);
    const now = performance.now();
    vi.spyOn(performance, 'now').mockReturnValue(now + 61_000);
    expect(await directory.isAlive(quiet())).toBe(true);
    vi.restoreAllMocks();
    expect(server.requests.filter(({ operation }) => operation === OP.search)).toHaveLength(1);
  });
});

describe('servers', () => {
  test('failover: the next server is tried when one cannot be reached, not after wrong credentials [ldap 13]', async () => {
    const refusing = await fake((request) => (request.operation === OP.bind ? done(request, { code: 49 }) : undefined));
    const good = await fake(() => undefined);
    const failover = [`ldap://127.0.0.1:${good.port}/`];
    const directory = await openDirectory(ldapConfig({ host: '127.0.0.1', port: 1, failover: ['ldap://127.0.0.1:2', ...failover] }), new LogKeeper(), quiet());
    expect(directory.url).toBe(`ldap://127.0.0.1:${good.port}`);
    await directory.close();
    await expect(connect(refusing, { failover })).rejects.toMatchObject({ kind: 'invalidCredential' });
    expect(good.requests.filter(({ operation }) => operation === OP.bind)).toEqual([]);
    await expect(openDirectory(ldapConfig({ host: '127.0.0.1', port: 1, failover: ['ldap://127.0.0.1:2'] }), new LogKeeper(), quiet())).rejects.toMatchObject({ kind: 'connectionFailed', message: expect.stringMatching(/None of the LDAP servers.*:1.*:2/) as string });
  });

  test('a server that takes the connection but never answers the bind counts as not reached', async () => {
    const silent = await fake((request) => (request.operation === OP.bind ? Buffer.alloc(0) : undefined));
    const good = await fake(() => undefined);
    const directory = await connect(silent, { failover: [`ldap://127.0.0.1:${good.port}/`] });
    expect(directory.url).toBe(`ldap://127.0.0.1:${good.port}`);
  });

  test('an unavailable server counts as not reached, a failed one is tried last for a while', async () => {
    let binds = 0;
    const unavailable = await fake((request) => (request.operation === OP.bind ? (binds++, done(request, { code: 52 })) : undefined));
    const good = await fake(() => undefined);
    const config = ldapConfig({ host: '127.0.0.1', port: unavailable.port, failover: [`ldap://127.0.0.1:${good.port}`], principal: 'cn=me', credentials: new GuardedString('x') });
    for (let i = 0; i < 3; i++) await (await openDirectory(config, new LogKeeper(), quiet())).close();
    expect(binds).toBe(1);
  });

  test('StartTLS refused is an error: nothing is sent in the clear', async () => {
    const server = await fake((request) => (request.operation === OP.extended ? done(request, { code: 2, text: 'unsupported' }) : undefined));
    await expect(connect(server, { startTLS: true })).rejects.toMatchObject({ kind: 'connectorSecurity' });
    expect(server.requests.map(({ operation }) => operation)).not.toContain(OP.bind);
  });

  test('data sent in the clear behind the agreement to StartTLS is refused', async () => {
    const server = await fake((request) => (request.operation === OP.extended ? Buffer.concat([done(request), Buffer.from([0x30, 0x50])]) : undefined));
    await expect(connect(server, { startTLS: true })).rejects.toMatchObject({ kind: 'connectorSecurity', message: expect.stringContaining('in the clear') as string });
  });
});
