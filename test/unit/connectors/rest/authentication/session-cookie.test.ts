import { describe, expect, it } from 'vitest';
import { sessionCookie, type SessionCookieSettings } from '../../../../../connectors/engines/rest/authentication/session-cookie.js';
import type { HttpRequest } from '../../../../../connectors/engines/http/http-client.js';
import { FakeTokenClient, SetClock, answerOf, failure, never } from '../../http/fake-token-client.js';

const request: HttpRequest = { method: 'GET', url: new URL('https://x.example/users'), headers: new Map() };
const session = (id: string) => answerOf(200, '', { headers: new Map([['x-csrf', id]]), cookies: [`sid=${id}; Path=/; Expires=Wed, 21 Oct 2037 07:28:00 GMT; HttpOnly`, 'lang=de', 'old=x; Max-Age=0', 'older=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT', 'none='] });
const of = (client: FakeTokenClient, more: Partial<SessionCookieSettings> = {}) => sessionCookie({
  client, over: never, logIn: () => ({ method: 'POST', url: new URL('https://x.example/login'), headers: new Map(), body: { bytes: Buffer.from('p4ss'), contentType: 'text/plain' } }), ...more,
});

describe('a session by cookie', () => {
  it.each<[string, number, readonly string[], string]>([
    ['is refused', 401, ['sid=1'], 'invalidCredential'], ['shows the form again', 200, [], 'invalidCredential'], ['sets other cookies only', 302, ['lang=de'], 'invalidCredential'], ['is too much', 429, [], 'retryable'], ['breaks', 502, [], 'retryable'],
  ])('is not there when the log-in %s', async (_, status, cookies, kind) => {
    const error = await failure(of(new FakeTokenClient(answerOf(status, 'p4ss', { cookies })), { cookies: ['sid'] }).headers(request, never));
    expect([error.kind, error.outcome, error.message]).toEqual([kind, 'notApplied', expect.stringContaining(`https://x.example/login answered ${status}`)]);
    expect(error.message).not.toContain('p4ss');
  });

  it('is opened once, with the cookies that live and what else belongs to it', async () => {
    const client = new FakeTokenClient(session('1'));
    const authentication = of(client, { alsoSent: ({ headers }) => new Map([['x-csrf', headers.get('x-csrf') ?? '']]) });
    const sent = await Promise.all([authentication.headers(request, never), authentication.headers(request, never)]);
    expect(sent.map((headers) => Object.fromEntries(headers))).toEqual([{ 'x-csrf': '1', cookie: 'sid=1; lang=de' }, { 'x-csrf': '1', cookie: 'sid=1; lang=de' }]);
    expect(client.asked).toMatchObject([{ method: 'POST', bare: true }]);
  });

  it('is opened again when it is over, or has lived long enough, and the refused request repeated', async () => {
    const client = new FakeTokenClient(session('1'), session('2'), session('3'));
    const clock = new SetClock();
    const authentication = of(client, { cookies: ['sid'], clock, expiresIn: 100 });
    const used = await authentication.headers(request, never);
    expect(await authentication.answered(answerOf(403), used, never)).toBe(false);
    expect([await authentication.answered(answerOf(401), used, never), await authentication.answered(answerOf(401), used, never)]).toEqual([true, true]);
    expect((await authentication.headers(request, never)).get('cookie')).toBe('sid=2');
    expect(await authentication.answered(answerOf(401), used, never)).toBe(true);
    expect((await authentication.headers(request, never)).get('cookie')).toBe('sid=2');
    clock.time += 90_000;
    expect((await authentication.headers(request, never)).get('cookie')).toBe('sid=3');
  });

  it('is over when the service says so in its own way', async () => {
    const authentication = of(new FakeTokenClient(session('1')), { isOver: ({ status }) => status === 302 });
    const used = await authentication.headers(request, never);
    expect([await authentication.answered(answerOf(302), used, never), await authentication.answered(answerOf(401), used, never)]).toEqual([true, false]);
  });
});
