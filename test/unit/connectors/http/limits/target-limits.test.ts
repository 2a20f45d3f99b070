import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { noAuthentication } from '../../../../../connectors/engines/http/http-authentication.js';
import { HttpClient, type HttpRequest } from '../../../../../connectors/engines/http/http-client.js';
import { TargetLimits, openLimits } from '../../../../../connectors/engines/http/limits/target-limits.js';
import { ManualTimers } from '../../../../support/manual-timers.js';

const never = new AbortController().signal;
const ORIGIN = 'https://example.com';
const to = (method = 'GET', more: Partial<HttpRequest> = {}): HttpRequest => ({ method, url: new URL(ORIGIN), headers: new Map(), ...more });
const once = { fixed: [{ rate: { count: 1, period: 60_000 } }], announced: 'off' } as const;

describe('limits of a target', () => {
  const clock = new ManualTimers();
  const passes = async (step: Promise<unknown>): Promise<boolean> => {
    let isThrough = false;
    void step.then(() => { isThrough = true; });
    await clock.advance(0);
    return isThrough;
  };

  it('are one for the same origin and identity, and hold up nobody else', async () => {
    const all = new TargetLimits(clock);
    const open = (origin: string, identity: string) => all.open({ origin, identity }, once);
    const first = open(ORIGIN, 'client-1');
    expect(await passes(first.pass(to(), never))).toBe(true);
    expect(await passes(open(ORIGIN, 'client-1').pass(to(), never))).toBe(false);
    expect(await passes(open(ORIGIN, 'client-2').pass(to(), never))).toBe(true);
    expect(await passes(open('https://other.example.com', 'client-1').pass(to(), never))).toBe(true);
  });

  it('are kept after the last one closes only until what was sent counts no more', async () => {
    const all = new TargetLimits(clock);
    const one = all.open({ origin: ORIGIN, identity: '' }, once);
    const other = all.open({ origin: ORIGIN, identity: '' }, once);
    await one.pass(to(), never);
    one.close();
    one.close();
    await clock.advance(600_000);
    expect(all.size).toBe(1);
    other.close();
    await clock.advance(30_000);
    const again = all.open({ origin: ORIGIN, identity: '' }, once);
    await clock.advance(600_000);
    expect(all.size).toBe(1);
    again.close();
    await clock.advance(600_000);
    expect(all.size).toBe(0);
  });

  it('count a request by its method, by what the connector says, or by what it says itself', async () => {
    const limits = { announced: 'off', fixed: ['write', 'groupRead', 'userRead'].map((kind) => ({ rate: { count: 1, period: 60_000 }, kinds: [kind] })) } as const;
    const open = new TargetLimits(clock).open({ origin: ORIGIN, identity: '' }, limits);
    for (const request of [to('POST'), to('GET', { kind: 'groupRead' }), to('GET', { kind: 'userRead' })]) expect(await passes(open.pass(request, never))).toBe(true);
    for (const request of [to('DELETE'), to('GET', { kind: 'groupRead' }), to('GET', { kind: 'userRead' })]) expect(await passes(open.pass(request, never))).toBe(false);
    for (let n = 0; n < 3; n++) expect(await passes(open.pass(to(), never))).toBe(true);
  });

  it('that a server announces several of hold together, also one that does not say when it ends', async () => {
    const server = [{ window: 3_600_000 }, { headers: { limit: 'x-burstlimit-limit', remaining: 'x-burstlimit-remaining' }, window: 30_000 }];
    const open = new TargetLimits(clock).open({ origin: ORIGIN, identity: 'several' }, { server });
    const hour = (left: number): [string, string][] => [['x-ratelimit-limit', '3000'], ['x-ratelimit-remaining', String(left)], ['x-ratelimit-reset', '3000']];
    const burst = (left: number): [string, string][] => [['x-burstlimit-limit', '500'], ['x-burstlimit-remaining', String(left)]];
    const answered = async (...headers: [string, string][]): Promise<void> => { (await open.pass(to(), never)).answered({ status: 200, headers: new Map(headers) }); };
    await answered(...hour(2_999), ...burst(499));
    await answered(...hour(2_998), ...burst(0));
    const behindBurst = open.pass(to(), never);
    expect(await passes(behindBurst)).toBe(false);
    await clock.advance(29_000);
    expect(await passes(behindBurst)).toBe(false);
    await clock.advance(2_000);
    (await behindBurst).answered({ status: 200, headers: new Map([...hour(0), ...burst(499)]) });
    const behindHour = open.pass(to(), never);
    await clock.advance(60_000);
    expect(await passes(behindHour)).toBe(false);
    await clock.advance(3_000_000);
    expect(await passes(behindHour)).toBe(true);
  });

  it('that a server has for each method are learnt apart', async () => {
    const open = new TargetLimits(clock).open({ origin: ORIGIN, identity: '' }, { announced: 'eachKind' });
    const place = await open.pass(to('GET', { kind: 'people' }), never);
    place.answered({ status: 429, headers: new Map([['retry-after', '30']]) });
    expect(await passes(open.pass(to('GET', { kind: 'people' }), never))).toBe(false);
    expect(await passes(open.pass(to('GET', { kind: 'groups' }), never))).toBe(true);
  });

  it('hold all of several rates, lowered to the share', async () => {
    const open = new TargetLimits(clock).open({ origin: ORIGIN, identity: '' }, { announced: 'off', share: 0.5, fixed: [{ rate: { count: 4, period: 1_000 } }, { rate: { count: 6, period: 60_000 } }] });
    let passed = 0;
    for (let n = 0; n < 10; n++) void open.pass(to(), never).then(() => { passed++; });
    await clock.advance(500);
    expect(passed).toBe(2);
    await clock.advance(50_000);
    expect(passed).toBe(3);
  });
});

describe('an HTTP client with limits', () => {
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => { for (const cleanup of cleanups.splice(0).reverse()) await cleanup(); });

  it('asks for each request to its own server, tells of each answer and failure, and repeats what was refused in its turn', async () => {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(request.url ?? '');
      if (request.url === '/gone') return void request.socket.destroy();
      if (request.url === '/old') return void response.writeHead(302, { location: '/new' }).end();
      const isFirst = request.url === '/busy' && seen.filter((url) => url === '/busy').length === 1;
      response.writeHead(isFirst ? 429 : 200).end('body');
    });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    cleanups.push(() => server.close());
    const address = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const told: (number | 'failed')[] = [];
    const client = await HttpClient.open({
      authentication: noAuthentication, address, patience: 5_000,
      throttle: {
        pass: async () => {
          let isOver = false;
          const end = (how: number | 'failed'): void => { if (!isOver) told.push(how); isOver = true; };
          return { answered: ({ status }) => { end(status); return status === 429 ? 1_000 : undefined; }, failed: () => end('failed') };
        },
      },
    });
    cleanups.push(() => client.close());
    const get = (path: string, more: Partial<HttpRequest> = {}) => client.request({ method: 'GET', url: new URL(path, address), headers: new Map(), ...more }, never);
    await expect(get('/gone')).rejects.toMatchObject({ kind: 'connectorIo' });
    expect((await get('/old')).status).toBe(200);
    expect((await get('/busy')).status).toBe(200);
    await get('/token', { bare: true });
    expect(told).toEqual(['failed', 302, 200, 429, 200]);
  });

  it('waits for nothing else than its own target', async () => {
    const limits = openLimits({ origin: 'https://slow.example.com', identity: 'x' }, once);
    cleanups.push(() => limits.close());
    await limits.pass(to(), never);
    const abort = new AbortController();
    const waiting = limits.pass(to(), abort.signal);
    const other = openLimits({ origin: 'https://quick.example.com', identity: 'x' }, once);
    cleanups.push(() => other.close());
    await other.pass(to(), never);
    abort.abort(new Error('over'));
    await expect(waiting).rejects.toThrow('over');
  });
});
