import { request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LOGIN, startRest, type Rest } from './start-rest.js';

let rest: Rest;
afterEach(() => rest.stop());

/** A query whose body the test reads at its own pace. */
async function open(filter = 'true'): Promise<IncomingMessage> {
  const sent = request(`${rest.url}/openidm/system/memory/account?_queryFilter=${filter}`, { headers: LOGIN });
  sent.on('error', () => undefined);
  sent.end();
  const [response] = await once(sent, 'response') as [IncomingMessage];
  response.on('error', () => undefined);
  return response;
}

async function text(response: IncomingMessage): Promise<string> {
  let body = '';
  try {
    for await (const chunk of response) body += String(chunk);
  } catch { /* a connection that was cut */ }
  return body;
}

describe('a query\'s answer', () => {
  it('begins before the search ends', async () => {
    rest = await startRest();
    rest.facade.add('first');
    rest.facade.add('second');
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => { release = resolve; });
    const source = rest.facade.objects;
    Object.defineProperty(rest.facade, 'gate', { get: () => (rest.facade.delivered === 0 ? undefined : held), configurable: true });
    expect(source.size).toBe(2);
    const response = await open();
    const [chunk] = await once(response, 'data') as [Buffer];
    expect(chunk.toString()).toContain('"userName":"first"');
    expect(chunk.toString()).not.toContain('second');
    release();
    expect(await text(response)).toContain('"resultCount":2');
  });

  it('pulls no more than the caller reads, and all of it in the end', async () => {
    rest = await startRest();
    rest.facade.generated = 100_000;
    const response = await open();
    response.pause();
    // Until the pace of delivery is the socket's: the count stops growing.
    let before = -1;
    await vi.waitFor(() => {
      const settled = rest.facade.delivered > 0 && rest.facade.delivered === before;
      before = rest.facade.delivered;
      if (!settled) throw new Error('still filling buffers');
    }, { timeout: 15_000, interval: 300 });
    expect(rest.facade.delivered).toBeLessThan(90_000);
    const body = JSON.parse(await text(response)) as { result: unknown[]; resultCount: number };
    expect([body.result.length, body.resultCount, rest.facade.delivered]).toEqual([100_000, 100_000, 100_000]);
  });

  it('is cancelled at the connector when the caller goes', async () => {
    rest = await startRest();
    rest.facade.generated = 10_000_000;
    const response = await open();
    await once(response, 'data');
    expect(rest.facade.openSearches).toBe(1);
    response.destroy();
    await vi.waitFor(() => expect(rest.facade.openSearches).toBe(0), { timeout: 5_000 });
  });

  it('ends with an error and a cut connection when the search fails in the middle', async () => {
    rest = await startRest();
    rest.facade.generated = 10;
    rest.facade.failAfter = 3;
    const response = await open();
    const body = await text(response);
    expect(response.complete).toBe(false);
    expect(JSON.parse(body)).toMatchObject({ resultCount: 3, error: { code: 503, detail: { connectorMessage: 'the agent is gone' } } });
  });

  it('cuts off a caller who reads nothing for too long', async () => {
    rest = await startRest({ limits: { stallTimeout: 200 } });
    rest.facade.generated = 10_000_000;
    const response = await open();
    response.pause();
    await vi.waitFor(() => expect([rest.facade.openSearches, rest.facade.delivered > 0]).toEqual([0, true]), { timeout: 10_000 });
    response.destroy();
  });
});

describe('a single operation', () => {
  it('is aborted at the connector when the caller goes, and after the time limit', async () => {
    rest = await startRest({ limits: { requestTimeout: 300 } });
    rest.facade.gate = new Promise(() => undefined);
    expect((await rest.call('GET', '/openidm/system/memory/account/u1')).body).toMatchObject({ code: 503, message: 'The request took longer than 300 ms' });
    const leaving = new AbortController();
    const call = rest.call('GET', '/openidm/system/memory/account/u1', { signal: leaving.signal });
    await vi.waitFor(() => expect(rest.facade.named('get')).toHaveLength(2), { timeout: 10_000 });
    leaving.abort();
    await expect(call).rejects.toThrow();
  });
});
