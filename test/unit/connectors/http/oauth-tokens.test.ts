import { describe, expect, it } from 'vitest';
import { OAuthTokens } from '../../../../connectors/engines/http/oauth-tokens.js';

const never = new AbortController().signal;

describe('OAuth tokens', () => {
  it('are not asked for by who has given up already, nor lost with who gives up', async () => {
    let asked = 0;
    let answer: (token: string) => void = () => undefined;
    const tokens = new OAuthTokens(() => { asked++; return new Promise((resolve) => { answer = (token) => resolve({ token }); }); }, never);
    const abort = new AbortController();
    const first = tokens.authorization(abort.signal);
    const second = tokens.authorization(never);
    abort.abort(new Error('gone'));
    await expect(first).rejects.toThrow('gone');
    answer('a');
    expect([await second, asked]).toEqual(['Bearer a', 1]);
    await tokens.answered({ status: 401, headers: new Map(), body: new Uint8Array() }, 'Bearer a');
    await expect(tokens.authorization(abort.signal)).rejects.toThrow('gone');
    expect(asked).toBe(1);
  });
});
