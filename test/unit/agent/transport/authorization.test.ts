import { describe, expect, it } from 'vitest';
import { SecretReference } from '../../../../agent/config/secret-reference.js';
import { spellingsOf } from '../../../../agent/secrets/spellings.js';
import { basicAuthorization, certificateOnly } from '../../../../agent/transport/authorization.js';
import { readTokenAnswer } from '../../../../agent/transport/oauth-answer.js';
import { proxyText, proxyUrl } from '../../../../agent/transport/proxy-tunnel.js';
import { GuardedString } from '../../../../protocol/model/index.js';
import { lastMatchedText } from '../../../support/last-match.js';

const clear = (text: string): SecretReference => new SecretReference({ kind: 'clear', value: new GuardedString(text) });
const never = new AbortController().signal;

describe('authorization', () => {
  it('refuses a password a Java peer could not read, without showing it', async () => {
    const error = await basicAuthorization('anonymous', clear('pass€')).header(never).then(() => undefined, (reason: unknown) => reason as Error);
    expect(error?.message).toMatch(/outside ISO-8859-1/);
    expect(error?.message).not.toContain('pass€');
  });

  it('encodes Basic credentials in ISO-8859-1', async () => {
    expect(await basicAuthorization('anonymous', clear('changeit')).header(never)).toBe('Basic YW5vbnltb3VzOmNoYW5nZWl0');
    expect(await basicAuthorization('ä', clear('ö:ü')).header(never)).toBe(`Basic ${Buffer.from([0xe4, 0x3a, 0xf6, 0x3a, 0xfc]).toString('base64')}`);
  });

  it('leaves no password behind as the text of the last match', async () => {
    const password = 'pass-that-stays-nowhere';
    await basicAuthorization('anonymous', clear(password)).header(never);
    expect(lastMatchedText()).not.toContain(password);
    readTokenAnswer(200, {}, JSON.stringify({ access_token: password, token_type: 'Bearer' }), 'client secret');
    expect(lastMatchedText()).not.toContain(password);
    const spellings = spellingsOf(password);
    const kept = lastMatchedText();
    expect(spellings.filter((spelling) => kept.includes(spelling))).toEqual([]);
  });

  it('sends nothing where the certificate says it all', async () => {
    expect(await certificateOnly.header(never)).toBeUndefined();
  });
});

describe('a proxy', () => {
  it('takes names, IPv6 addresses and credentials of any characters', async () => {
    const url = new URL(await proxyUrl({ host: '::1', port: 3128, principal: 'a@b', password: clear('p:/?#[]@ ü') }));
    expect(url.hostname).toBe('[::1]');
    expect(url.port).toBe('3128');
    expect(decodeURIComponent(url.username)).toBe('a@b');
    expect(decodeURIComponent(url.password)).toBe('p:/?#[]@ ü');
  });

  it('is named without credentials', () => {
    expect(proxyText({ host: 'proxy.example', port: 3128, principal: 'a', password: clear('b') })).toBe('proxy.example:3128');
  });
});
