import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { RetryPolicy } from '../../../../connectors/engines/http/http-retry.js';
import { withRetries } from '../../../../connectors/engines/http/http-retry.js';
import type { HttpAnswer, HttpRequest } from '../../../../connectors/engines/http/http-client.js';
import type { Clock } from '../../../../connectors/framework/clock.js';
import { ConnectorError } from '../../../../protocol/model/index.js';
import { clientWith, failure, listening, never, serving, to } from './http-service.js';

/** Time that passes at once, and what was waited for. */
function hurriedClock(): Clock & { readonly pauses: number[] } {
  const pauses: number[] = [];
  return { pauses, now: () => 0, after: (milliseconds, callback) => { pauses.push(milliseconds); queueMicrotask(callback); return () => undefined; } };
}

const policy = (changes: Partial<RetryPolicy> = {}): RetryPolicy => ({ attempts: 4, patience: 60_000, random: () => 1, ...changes });

async function asked(request: Partial<HttpRequest>, statuses: readonly number[], headers = {}, changes: Partial<RetryPolicy> = {}) {
  const left = [...statuses];
  let count = 0;
  const address = await serving((_, response) => { count++; response.writeHead(left.shift() ?? 200, headers).end(); });
  const clock = hurriedClock();
  const client = await clientWith({ clock, retry: policy(changes) });
  const { status } = await client.request(to(address, request), never);
  return { status, count, pauses: clock.pauses };
}

describe('a request that fails on its way', () => {
  it.each(['POST', 'PATCH', 'PUT', 'DELETE'])('is not repeated as a %s, of which nobody knows', async (method) => {
    expect(await asked({ method }, [503])).toEqual({ status: 503, count: 1, pauses: [] });
    let connections = 0;
    const port = await listening(createTcpServer((socket) => { connections++; socket.once('data', () => { socket.destroy(); }); }));
    const client = await clientWith({ clock: hurriedClock(), retry: policy() });
    expect(await failure(client.request(to(`http://127.0.0.1:${port}/`, { method }), never))).toMatchObject({ kind: 'connectorIo', outcome: 'unknown' });
    expect(connections).toBe(1);
  });

  it.each(['POST', 'PATCH'])('is not repeated as a %s that says it is repeatable', async (method) => {
    expect((await asked({ method, repeatable: true }, [503])).count).toBe(1);
  });

  it('is repeated as a POST that only reads, and leaves nothing open', async () => {
    expect(await asked({ method: 'POST', reads: true }, [502])).toMatchObject({ status: 200, count: 2 });
    const port = await listening(createTcpServer((socket) => { socket.once('data', () => { socket.destroy(); }); }));
    const client = await clientWith();
    expect((await failure(client.request(to(`http://127.0.0.1:${port}/`, { method: 'POST', reads: true }), never))).outcome).toBeUndefined();
  });

  it('is repeated so often and no more', async () => {
    expect(await asked({}, [502, 503, 504, 502, 200])).toEqual({ status: 502, count: 4, pauses: [500, 1_000, 2_000] });
    expect(await asked({}, [502, 503, 504])).toMatchObject({ status: 200, count: 4 });
    expect(await asked({ method: 'PUT', repeatable: true }, [502])).toMatchObject({ status: 200, count: 2 });
  });

  it('is not repeated as a whole where what it waits for, such as a token, has been repeated', async () => {
    const clock = hurriedClock();
    let asked = 0;
    const refused = new ConnectorError('connectionFailed', 'refused', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), outcome: 'notApplied' });
    const forToken = (): Promise<HttpAnswer> => { asked++; return Promise.reject(refused); };
    const token = async (): Promise<HttpAnswer> => withRetries({ method: 'POST' }, forToken, never, policy(), clock).catch((error: unknown) => { throw new ConnectorError('connectionFailed', 'no token', { cause: error, outcome: 'notApplied' }); });
    expect(await failure(withRetries({ method: 'GET' }, token, never, policy(), clock))).toMatchObject({ message: 'no token' });
    expect([asked, clock.pauses]).toEqual([4, [500, 1_000, 2_000]]);
  });

  it('is repeated no longer than there is patience', async () => {
    expect(await asked({}, [502, 502, 502], {}, { patience: 1_499 })).toEqual({ status: 502, count: 2, pauses: [500] });
    expect(await asked({}, [502, 502, 502], {}, { attempts: 9, longestPause: 600 })).toMatchObject({ status: 200, pauses: [500, 600, 600] });
  });

  it('is not repeated where the fault is its own, or the server has said when to ask again', async () => {
    for (const status of [400, 401, 404, 409, 429, 500, 501]) expect(await asked({}, [status])).toMatchObject({ status, count: 1 });
    expect(await asked({}, [503], { 'retry-after': '1' })).toMatchObject({ status: 503, count: 1 });
  });

  it('pauses anywhere between nothing and the bound', async () => {
    const given = [0, 0.25, 0.999];
    expect((await asked({}, [502, 502, 502], {}, { random: () => given.shift()! })).pauses).toEqual([0, 250, 1_998]);
  });

  it('is repeated when the connection broke, or was never made: then even a write', async () => {
    let connections = 0;
    const server = createServer((_, response) => { response.end(); });
    server.on('connection', (socket) => { if (++connections === 1) socket.destroy(); });
    const client = await clientWith({ clock: hurriedClock(), retry: policy() });
    const port = await listening(server);
    expect((await client.request(to(`http://127.0.0.1:${port}/`), never)).status).toBe(200);
    expect(connections).toBe(2);

    const clock = hurriedClock();
    const unreachable = await clientWith({ clock, retry: policy() });
    expect(await failure(unreachable.request(to('http://127.0.0.1:1/', { method: 'POST' }), never))).toMatchObject({ kind: 'connectionFailed', outcome: 'notApplied' });
    expect(clock.pauses).toHaveLength(3);
  });

  it('ends at once when the signal fires, while it waits and while it is under way', async () => {
    const abort = new AbortController();
    const stopped: Clock = { now: () => 0, after: () => { queueMicrotask(() => { abort.abort(new Error('enough')); }); return () => undefined; } };
    const send = async (): Promise<HttpAnswer> => { throw new ConnectorError('connectorIo', 'broken'); };
    await expect(withRetries({ method: 'GET' }, send, abort.signal, policy(), stopped)).rejects.toThrow('enough');
    let count = 0;
    const underWay = async (): Promise<HttpAnswer> => { count++; throw new ConnectorError('connectorIo', 'broken'); };
    await expect(withRetries({ method: 'GET' }, underWay, abort.signal, policy(), hurriedClock())).rejects.toThrow('broken');
    expect(count).toBe(1);
  });
});
