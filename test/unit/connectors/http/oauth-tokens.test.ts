import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../../../connectors/engines/http/http-client.js';
import { OAuthTokens, type OAuthTokensOptions } from '../../../../connectors/engines/http/oauth-tokens.js';
import { ConnectorError } from '../../../../protocol/model/index.js';
import { SetClock, answerOf, failure, never } from './fake-token-client.js';

const request: HttpRequest = { method: 'GET', url: new URL('http://localhost/'), headers: new Map() };
const bearer = (token: string) => new Map([['authorization', `Bearer ${token}`]]);

/** Tokens a1, a2 and so on, good for so many seconds; fails while told to. */
function tokensOf(expiresIn: number | undefined, options: OAuthTokensOptions = {}) {
  const clock = new SetClock();
  const state = { asked: 0, isDown: false };
  const tokens = new OAuthTokens(async () => {
    state.asked++;
    if (state.isDown) throw new ConnectorError('connectionFailed', 'down');
    return { token: `a${state.asked}`, expiresIn };
  }, never, { clock, ...options });
  const header = async () => (await tokens.headers(request, never)).get('authorization');
  return { clock, state, tokens, header };
}

describe('OAuth tokens', () => {
  it('are not asked for by who has given up already, nor lost with who gives up', async () => {
    let asked = 0;
    let answer: (token: string) => void = () => undefined;
    const tokens = new OAuthTokens(() => { asked++; return new Promise((resolve) => { answer = (token) => resolve({ token }); }); }, never);
    const abort = new AbortController();
    const first = tokens.headers(request, abort.signal);
    const second = tokens.headers(request, never);
    abort.abort(new Error('gone'));
    await expect(first).rejects.toThrow('gone');
    answer('a');
    expect([await second, asked]).toEqual([bearer('a'), 1]);
    await tokens.answered(answerOf(401), bearer('a'));
    await expect(tokens.headers(request, abort.signal)).rejects.toThrow('gone');
    expect(asked).toBe(1);
  });

  it('that no header can hold, or that are empty, are refused without being told', async () => {
    for (const token of ['', 'geheim\nx']) {
      const error = await failure(new OAuthTokens(async () => ({ token }), never).headers(request, never));
      expect([error.outcome, error.message]).toEqual(['notApplied', expect.not.stringContaining('geheim')]);
    }
  });

  it('are renewed a tenth of their life before its end, but at most a minute', async () => {
    for (const [life, before] of [[100, 10], [3600, 60]] as const) {
      const { clock, header } = tokensOf(life);
      expect(await header()).toBe('Bearer a1');
      clock.time += (life - before) * 1_000 - 1;
      expect(await header()).toBe('Bearer a1');
      clock.time += 1;
      expect(await header()).toBe('Bearer a2');
    }
  });

  it('serve to their end where they cannot be renewed, and the endpoint is not asked with every request', async () => {
    const { clock, state, header } = tokensOf(1_000);
    await header();
    state.isDown = true;
    clock.time += 960_000;
    expect([await header(), await header(), state.asked]).toEqual(['Bearer a1', 'Bearer a1', 2]);
    clock.time += 10_000;
    expect([await header(), state.asked]).toEqual(['Bearer a1', 3]);
    clock.time += 30_000;
    expect((await failure(header())).kind).toBe('connectionFailed');
  });

  it('that do not say how long they are good for are kept until the service refuses them', async () => {
    const { clock, tokens, header } = tokensOf(undefined);
    await header();
    clock.time += 1e12;
    expect(await header()).toBe('Bearer a1');
    await tokens.answered(answerOf(403), bearer('a1'));
    expect(await header()).toBe('Bearer a1');
    await tokens.answered(answerOf(401), bearer('a1'));
    expect(await header()).toBe('Bearer a2');
  });

  it('have a refused request repeated only where that is wanted, and one token fetched for all that were refused', async () => {
    expect(await tokensOf(60).tokens.answered(answerOf(401), bearer('a1'))).toBe(false);
    const { state, tokens, header } = tokensOf(60, { repeats: true });
    await header();
    expect(await tokens.answered(answerOf(200), bearer('a1'))).toBe(false);
    expect(await tokens.answered(answerOf(401), new Map())).toBe(false);
    const again = async () => [await tokens.answered(answerOf(401), bearer('a1')), await header()];
    expect([await again(), await again(), state.asked]).toEqual([[true, 'Bearer a2'], [true, 'Bearer a2'], 2]);
  });

  it('go with the prefix that is wanted, or with none', async () => {
    expect(await tokensOf(60, { prefix: 'SSWS ' }).header()).toBe('SSWS a1');
    expect(await tokensOf(60, { prefix: '' }).header()).toBe('a1');
  });
});
