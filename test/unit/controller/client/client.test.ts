import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CausewayClient, CausewayError, type Authentication } from '../../../../controller/client/index.js';
import { startRest, type Rest } from '../start-rest.js';

const ADMIN = { user: 'openidm-admin', password: 'openidm-admin' };
let servers: Server[] = [];
afterEach(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  servers = [];
});

/** A client of a server that answers so, whatever it is asked. */
async function against(answer: (message: IncomingMessage, response: ServerResponse) => void, options: { timeout?: number; authentication?: Authentication } = {}): Promise<CausewayClient> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return new CausewayClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, authentication: ADMIN, ...options });
}

async function failure(work: Promise<unknown>): Promise<CausewayError> {
  const error: unknown = await work.then(() => undefined, (caught: unknown) => caught);
  expect(error).toBeInstanceOf(CausewayError);
  return error as CausewayError;
}

async function all<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const row of rows) found.push(row);
  return found;
}

const everything = { filter: 'true' };
const page = (ids: string[], cookie: string | null): string => JSON.stringify({ result: ids.map((_id) => ({ _id })), resultCount: ids.length, pagedResultsCookie: cookie, totalPagedResultsPolicy: 'NONE', totalPagedResults: -1, remainingPagedResults: -1 });

describe('a request that fails', () => {
  it('is unreachable, and may be repeated only when it changes nothing or has a revision', async () => {
    const client = await against((_message, response) => response.destroy());
    const objects = client.system('s').objects('t');
    expect(await failure(objects.read('1'))).toMatchObject({ kind: 'unreachable', status: undefined, retryable: true });
    expect(await failure(objects.create({}))).toMatchObject({ kind: 'unreachable', retryable: false });
    expect(await failure(objects.update('1', {}))).toMatchObject({ retryable: false });
    expect(await failure(objects.update('1', {}, { revision: '7' }))).toMatchObject({ retryable: true });
    expect(await failure(client.reconciliations.start('m'))).toMatchObject({ retryable: false });
  });

  it.each([[503, true, false], [502, true, false], [429, true, true], [409, false, false], [500, false, false], [404, false, false]])('with %i is retryable: %s of a read, %s of a creation', async (status, ofRead, ofCreate) => {
    const client = await against((_message, response) => response.writeHead(status, { 'X-Request-ID': 'r-1' }).end(JSON.stringify({ code: status, reason: 'Why', message: 'a &lt;b&gt; &amp;amp; &#39;c&#39;', detail: { x: 1 } })));
    const objects = client.system('s').objects('t');
    expect(await failure(objects.read('1'))).toMatchObject({ kind: 'refused', status, reason: 'Why', message: "a <b> &amp; 'c'", detail: { x: 1 }, requestId: 'r-1', retryable: ofRead });
    expect((await failure(objects.create({}))).retryable).toBe(ofCreate);
  });

  it('by its time limit says so; by its signal it says what the signal does', async () => {
    const client = await against(() => undefined, { timeout: 50 });
    expect(await failure(client.isReady())).toMatchObject({ kind: 'timeout', retryable: true });
    const gone = new AbortController();
    const reading = client.isReady({ signal: gone.signal, timeout: 60_000 });
    gone.abort(new RangeError('enough'));
    await expect(reading).rejects.toThrow(RangeError);
    await expect(client.isReady({ signal: gone.signal })).rejects.toThrow('enough');
  });

  it('is told from an answer that is none of a controller', async () => {
    expect(await failure((await against((_message, response) => response.end('<html>'))).isReady())).toMatchObject({ kind: 'unreadable', retryable: false });
    expect(await failure((await against((_message, response) => response.writeHead(502).end('<html>'))).isReady())).toMatchObject({ kind: 'refused', status: 502, retryable: true });
  });

  it('follows no redirect, which would carry the password elsewhere', async () => {
    let asked = 0;
    const client = await against((_message, response) => {
      asked += 1;
      response.writeHead(302, { Location: '/openidm/elsewhere' }).end();
    });
    expect(await failure(client.isReady())).toMatchObject({ kind: 'unreachable' });
    expect(asked).toBe(1);
  });
});

describe('a stream', () => {
  it.each([
    ['is cut off between rows', '{"result":[{"_id":"1"},'], ['is cut off within a row', '{"result":[{"_id":"1"},{"_i'], ['is cut off behind its rows', '{"result":[{"_id":"1"}],"resultCount":1'], ['is empty', ''],
  ])('that %s is never taken for a whole one', async (_name, text) => {
    const client = await against((_message, response) => response.end(text));
    expect(await failure(all(client.system('s').objects('t').stream(everything)))).toMatchObject({ kind: 'unreachable', retryable: true });
  });

  it('that ends with an error hands its rows on and rejects with it', async () => {
    const client = await against((_message, response) => response.end('{"result":[{"_id":"1"}],"resultCount":1,"error":{"code":503,"reason":"x","message":"agent &lt;a&gt; is gone"}}'));
    const seen: unknown[] = [];
    const error = await failure((async () => {
      for await (const row of client.system('s').objects('t').stream(everything)) seen.push(row);
    })());
    expect(error).toMatchObject({ status: 503, message: 'agent <a> is gone', retryable: true });
    expect(seen).toEqual([{ _id: '1' }]);
  });

  it('comes to the same however it is cut into pieces', async () => {
    const rows = [{ _id: 'a"]}\\', text: 'ü€😀', list: [{ x: '[' }, []] }, { _id: 'b', empty: {} }];
    const bytes = Buffer.from(JSON.stringify({ result: rows, resultCount: 2, pagedResultsCookie: null }));
    for (const size of [1, 2, 3, 7, 1_000]) {
      const client = await against((_message, response) => {
        const send = (at: number): void => {
          if (at >= bytes.length) response.end();
          else response.write(bytes.subarray(at, at + size), () => send(at + size));
        };
        send(0);
      });
      expect(await all(client.system('s').objects('t').stream(everything))).toEqual(rows);
    }
  });

  it('hands a row on before the next one is there, and ends the request when it is left', async () => {
    let closed: (() => void) | undefined;
    const left = new Promise<void>((resolve) => { closed = resolve; });
    const client = await against((_message, response) => {
      response.on('close', () => closed?.());
      response.write('{"result":[{"_id":"1"}');
    });
    for await (const row of client.system('s').objects('t').stream(everything)) {
      expect(row).toEqual({ _id: '1' });
      break;
    }
    await left;
  });

  it('in which nothing comes for too long ends by its time limit', async () => {
    const client = await against((_message, response) => response.write('{"result":['), { timeout: 50 });
    expect(await failure(all(client.system('s').objects('t').stream(everything)))).toMatchObject({ kind: 'timeout' });
  });
});

describe('pages', () => {
  it('are asked for by the cookie of the one before, as their rows are taken', async () => {
    const asked: (string | null)[] = [];
    const client = await against((message, response) => {
      const cookie = new URL(message.url ?? '', 'http://x').searchParams.get('_pagedResultsCookie');
      asked.push(cookie);
      response.end(cookie === null ? page(['1', '2'], 'a+b/=') : page(['3'], null));
    });
    const rows = client.system('s').objects('t').paged(everything, { pageSize: 2 });
    await rows.next();
    expect(asked).toEqual([null]);
    expect(await all(rows)).toEqual([{ _id: '2' }, { _id: '3' }]);
    expect(asked).toEqual([null, 'a+b/=']);
  });

  it('that never end are not followed', async () => {
    const client = await against((_message, response) => response.end(page(['1'], 'same')));
    expect(await failure(all(client.system('s').objects('t').paged(everything, { pageSize: 1 })))).toMatchObject({ kind: 'unreadable' });
  });
});

describe('authentication', () => {
  it.each([
    [{ user: 'jürgen', password: 'pä ss' }, { 'x-openidm-username': "UTF-8''j%C3%BCrgen", 'x-openidm-password': "UTF-8''p%C3%A4%20ss" }],
    [{ bearer: () => Promise.resolve('t0k') }, { authorization: 'Bearer t0k' }], [{ session: { cookie: 'abc' } }, { cookie: 'session-jwt=abc', 'x-requested-with': 'causeway-client' }],
  ] as [Authentication, Record<string, string>][])('%# is sent as its headers', async (authentication, headers) => {
    let seen: Record<string, unknown> = {};
    const client = await against((message, response) => {
      seen = message.headers;
      response.end('{"state":"ACTIVE_READY"}');
    }, { authentication });
    expect(await client.isReady()).toBe(true);
    expect(seen).toMatchObject(headers);
  });

  it('is not taken from the url', () => {
    expect(() => new CausewayClient({ url: 'https://u:p@host', authentication: ADMIN })).toThrow(TypeError);
  });
});

describe('against a controller', () => {
  let rest: Rest;
  let client: CausewayClient;
  beforeAll(async () => {
    rest = await startRest();
    client = new CausewayClient({ url: `${rest.url}/openidm/`, authentication: ADMIN });
  });
  afterAll(() => rest.stop());

  it('a wrong password is refused', async () => {
    const other = new CausewayClient({ url: rest.url, authentication: { user: 'openidm-admin', password: 'wrong' } });
    expect(await failure(other.systems())).toMatchObject({ status: 401, retryable: false });
  });

  it('systems are tested and their objects made, read, changed, found and removed', async () => {
    expect(await client.system('memory').test()).toMatchObject({ name: 'memory', ok: true });
    expect((await client.systems()).map(({ name }) => name)).toEqual(['memory']);
    const people = client.system('memory').objects('account');
    const { _id, _rev } = await people.create({ userName: 'a/b?c%', mail: 'a@example.com' });
    expect(await people.read(_id, { fields: ['mail'] })).toEqual({ _id, _rev, mail: 'a@example.com' });
    expect(await failure(people.read('none'))).toMatchObject({ status: 404 });
    expect(await people.patch(_id, [{ operation: 'replace', field: '/mail', value: 'b@example.com' }])).toMatchObject({ mail: 'b@example.com' });
    expect(await failure(people.patch(_id, [{ operation: 'replace', field: '/mail', value: 'c' }], { revision: 'older' }))).toMatchObject({ status: 412 });
    expect(await people.update(_id, { userName: 'a/b?c%', mail: 'd@example.com' })).toMatchObject({ mail: 'd@example.com' });
    expect(await all(people.stream({ filter: 'mail eq "d@example.com"' }))).toMatchObject([{ _id }]);
    expect(await all(people.stream({ id: 'query-all-ids' }))).toMatchObject([{ _id }]);
    expect(await people.authenticate('a/b?c%', 'Passw0rd')).toMatchObject({ _id });
    expect(await failure(people.authenticate('a/b?c%', 'wrong'))).toMatchObject({ status: 401 });
    await people.delete(_id);
    expect(await failure(people.read(_id))).toMatchObject({ status: 404 });
  });

  it('objects are streamed in tens of thousands', async () => {
    rest.facade.generated = 30_000;
    let count = 0;
    for await (const row of client.system('memory').objects('account').stream(everything)) count += typeof row._id === 'string' ? 1 : 0;
    rest.facade.generated = undefined;
    expect(count).toBe(30_000);
  });
});
