import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetch } from 'undici';
import { Refusal } from '../../../targets/rest/exchange.js';
import { fault } from '../../../targets/rest/faults.js';
import { FakeService } from '../../../targets/rest/fake-service.js';

const things = new Map<string, { readonly id: string }>();
let service: FakeService;

beforeEach(async () => {
  things.clear();
  for (let index = 0; index < 7; index++) things.set(`t${index}`, { id: `t${index}` });
  service = await FakeService.start({
    base: '/v1',
    credentials: { tokens: { path: '/oauth2/token', clientId: 'me', clientSecret: 'mine', refreshToken: 'first', rotates: true }, basic: { user: 'u', password: 'p:w' } },
    routes: {
      'GET /things': ({ query }) => {
        const { rows, marker } = service.pages.marker([...things.values()], query, { size: 3 });
        return { body: { entries: rows, next: marker ?? null } };
      },
      'GET /things/{id}': ({ params }) => ({ body: things.get(params['id']!) ?? refuse(404) }),
      'GET /things/count': () => ({ body: { count: things.size } }),
      'POST /things': ({ body }) => {
        things.set((body as { id: string }).id, body as { id: string });
        return { status: 201, body };
      },
    },
  });
});
afterEach(() => service.stop());

function refuse(status: number): never {
  throw new Refusal(status, { error: 'unknown' });
}
const basic = (user: string, password: string): string => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const ask = (path: string, init: Parameters<typeof fetch>[1] = {}): ReturnType<typeof fetch> => fetch(service.address + path, { redirect: 'manual', ...init, headers: { authorization: basic('u', 'p:w'), ...(init.headers as Record<string, string>) } });
const token = (form: Record<string, string>, headers: Record<string, string> = {}): ReturnType<typeof fetch> => fetch(`${service.origin}/oauth2/token`, { method: 'POST', body: new URLSearchParams(form), headers });
const CLIENT = { client_id: 'me', client_secret: 'mine' };

describe('a fake service', () => {
  it('refuses who is not known, what is not there, a method that is not, and a body that is no JSON', async () => {
    expect((await fetch(`${service.address}/things`)).status).toBe(401);
    expect((await ask('/things', { headers: { authorization: basic('u', 'other') } })).status).toBe(401);
    expect((await ask('/nothing')).status).toBe(404);
    expect((await ask('/things/none')).status).toBe(404);
    expect((await ask('/things/t1', { method: 'DELETE' })).status).toBe(405);
    expect((await ask('/things', { method: 'POST', body: '{"id":', headers: { 'content-type': 'application/json' } })).status).toBe(400);
  });

  it('takes the route with more fixed text, and decodes what stands in the path', async () => {
    expect(await (await ask('/things/count')).json()).toEqual({ count: 7 });
    things.set('a/b', { id: 'a/b' });
    expect(await (await ask('/things/a%2Fb')).json()).toEqual({ id: 'a/b' });
  });

  it('gives tokens for client credentials and a refresh token, once each where they rotate', async () => {
    expect((await token({ grant_type: 'client_credentials', client_id: 'me', client_secret: 'wrong' })).status).toBe(401);
    expect((await token({ grant_type: 'password', ...CLIENT })).status).toBe(400);
    const given = await (await token({ grant_type: 'client_credentials' }, { authorization: basic('me', 'mine') })).json() as { access_token: string };
    const headers = { authorization: `Bearer ${given.access_token}` };
    expect((await ask('/things/count', { headers })).status).toBe(200);
    service.tokens.expireAll();
    expect((await ask('/things/count', { headers })).status).toBe(401);
    expect((await token({ grant_type: 'refresh_token', refresh_token: 'first', ...CLIENT })).status).toBe(200);
    expect((await token({ grant_type: 'refresh_token', refresh_token: 'first', ...CLIENT })).status).toBe(400);
    expect(service.tokens.issued).toBe(2);
    expect(JSON.stringify(service.seen)).not.toContain('mine');
  });

  it('is away on the same port between pause and resume', async () => {
    const { port } = service;
    await service.pause();
    await expect(ask('/things/count')).rejects.toThrow();
    await service.resume();
    expect(service.port).toBe(port);
    expect((await ask('/things/count')).status).toBe(200);
  });

  it('tells requests under way, until the other end leaves', async () => {
    service.faults.next(fault.hung());
    const leaving = new AbortController();
    const asked = ask('/things/count', { signal: leaving.signal });
    await expect.poll(() => service.open).toBe(1);
    leaving.abort();
    await expect(asked).rejects.toThrow();
    await expect.poll(() => service.open).toBe(0);
  });
});

describe('faults of a fake service', () => {
  it.each([
    ['401', fault.unauthorized(), 401], ['403', fault.forbidden(), 403], ['503', fault.serverError(503), 503], ['a redirect', fault.redirectToLogin(), 302], ['a login page', fault.loginPage(), 200],
    ['429', fault.tooMany(7), 429],
  ])('%s happens once, and only where it is switched to', async (_name, switched, status) => {
    service.faults.next(switched, { on: 'GET /v1/things/count' });
    expect((await ask('/things')).status).toBe(200);
    expect((await ask('/things/count')).status).toBe(status);
    expect(await (await ask('/things/count')).json()).toEqual({ count: 7 });
  });

  it('says when to come back', async () => {
    service.faults.next(fault.tooMany(7, { 'x-ratelimit-remaining': '0' }));
    const { headers } = await ask('/things');
    expect([headers.get('retry-after'), headers.get('x-ratelimit-remaining')]).toEqual(['7', '0']);
  });

  it('cuts JSON short, and sends an error page of 10 MB', async () => {
    service.faults.next(fault.truncatedJson());
    await expect((await ask('/things')).json()).rejects.toThrow(SyntaxError);
    service.faults.next(fault.hugeErrorPage());
    expect((await (await ask('/things')).text()).length).toBeGreaterThan(10_000_000);
  });

  it('resets the connection before or after the request is carried out', async () => {
    const post = (id: string): ReturnType<typeof fetch> => ask('/things', { method: 'POST', body: JSON.stringify({ id }), headers: { 'content-type': 'application/json' } });
    service.faults.next(fault.resetBefore());
    await expect(post('before')).rejects.toThrow();
    service.faults.next(fault.resetAfter());
    await expect(post('after')).rejects.toThrow();
    expect([things.has('before'), things.has('after')]).toEqual([false, true]);
  });

  it('answers slowly', async () => {
    let go!: () => void;
    service.faults.next(fault.slow(new Promise<void>((resolve) => { go = resolve; })));
    const asked = ask('/things/count');
    await expect.poll(() => service.open).toBe(1);
    go();
    expect((await asked).status).toBe(200);
  });
});

describe('pages of a fake service', () => {
  async function pagesRead(): Promise<string[]> {
    const found: string[] = [];
    for (let marker: string | null = ''; marker !== null;) {
      const page = await (await ask(`/things?marker=${marker}`)).json() as { entries: { id: string }[]; next: string | null };
      found.push(page.entries.map(({ id }) => id).join());
      marker = page.next;
    }
    return found;
  }

  it.each([
    [undefined, ['t0,t1,t2', 't3,t4,t5', 't6']],
    ['duplicate', ['t0,t1,t2', 't0,t1,t2', 't3,t4,t5', 't6']],
    ['reordered', ['t0,t1,t2', 't5,t4,t3', 't6']],
    ['moved', ['t0,t1,t2', 't4,t5,t6', 't0']],
    ['emptyLast', ['t0,t1,t2', 't3,t4,t5', 't6', '']],
  ] as const)('come by marker, oddity: %s', async (oddity, expected) => {
    service.pages.oddity = oddity;
    expect(await pagesRead()).toEqual(expected);
  });

  it('come by offset, by number, and with a link to the next', async () => {
    const all = [...things.keys()];
    const of = (text: string): URLSearchParams => new URLSearchParams(text);
    expect(service.pages.offset(all, of('startIndex=4&count=2'), { offset: 'startIndex', limit: 'count', first: 1 })).toMatchObject({ rows: ['t3', 't4'], total: 7, next: 5 });
    expect(service.pages.number(all, of('page=2&per_page=4'))).toMatchObject({ rows: ['t4', 't5', 't6'], nextPage: undefined });
    expect(() => service.pages.offset(all, of('limit=many'))).toThrow(Refusal);
    expect((await ask('/things?marker=nonsense')).status).toBe(400);
    const request = { method: 'GET', path: '/v1/things', params: {}, query: of('q=a b'), headers: {}, text: '', body: undefined, origin: 'http://127.0.0.1:1' };
    expect(service.pages.linkHeader(request, { page: 2 })).toEqual({ link: '<http://127.0.0.1:1/v1/things?q=a+b&page=2>; rel="next"' });
  });
});

describe('observers of a fake service', () => {
  it('have a request refused they complain of, and an answer', async () => {
    const watched = await FakeService.start({
      routes: { 'GET /a': () => ({ body: { a: 1 } }) },
      observers: [{ onRequest: ({ query }) => (query.has('bad') ? ['no such parameter'] : []), onAnswer: ({ query }) => (query.has('odd') ? ['a is not text'] : []) }],
    });
    try {
      const statuses = await Promise.all(['/a', '/a?bad=1', '/a?odd=1'].map(async (path) => (await fetch(watched.origin + path)).status));
      expect(statuses).toEqual([200, 400, 500]);
      expect([...watched.complaints].sort()).toEqual(['GET /a: a is not text', 'GET /a: no such parameter']);
    } finally {
      await watched.stop();
    }
  });
});
