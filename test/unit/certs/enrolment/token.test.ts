import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CertificateError } from '../../../../certs/index.js';
import { makeEnrolmentToken, parseEnrolmentToken } from '../../../../certs/enrolment/token.js';

const FINGERPRINT = 'ab'.repeat(32);
const listener = { url: 'https://cloud.example:8444', fingerprint: FINGERPRINT };
const encoded = (value: unknown): string => `cwe1.${Buffer.from(JSON.stringify(value)).toString('base64url')}`;
const GOOD = { u: 'https://cloud.example:8444', f: FINGERPRINT, i: 'abcdefgh', s: 'S'.repeat(43) };

describe('an enrolment token', () => {
  it.each([
    ['nothing', ''], ['another prefix', 'cwe2.e30'], ['no base64', 'cwe1.***'], ['no JSON', `cwe1.${Buffer.from('{').toString('base64url')}`],
    ['no object', encoded('x')], ['http', encoded({ ...GOOD, u: 'http://cloud.example' })], ['a URL with credentials', encoded({ ...GOOD, u: 'https://a:b@cloud.example' })],
    ['a URL with a query', encoded({ ...GOOD, u: 'https://cloud.example?x' })], ['a short fingerprint', encoded({ ...GOOD, f: 'abcd' })],
    ['a short secret', encoded({ ...GOOD, s: 'S' })], ['an id that is a path', encoded({ ...GOOD, i: '../../../etc' })], ['too much', `cwe1.${'A'.repeat(5_000)}`],
    ['a URL that no token could hold once it is written with escapes', encoded({ ...GOOD, u: `https://cloud.example/${'é'.repeat(700)}` })],
  ])('with %s is refused, and nothing of it is repeated', (_what, text) => {
    expect(() => parseEnrolmentToken(text)).toThrow(CertificateError);
    expect(() => parseEnrolmentToken(text)).not.toThrow(/S{10}|A{10}/);
  });

  it('is read from any text, or refused with a CertificateError', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.string().map((text) => `cwe1.${text}`), fc.json().map((text) => `cwe1.${Buffer.from(text).toString('base64url')}`)), (text) => {
      try {
        parseEnrolmentToken(text);
      } catch (error) {
        expect(error).toBeInstanceOf(CertificateError);
      }
    }));
  });

  it('has the form of the contract, and is read back, line end and all', () => {
    const token = makeEnrolmentToken({ ...listener, fingerprint: FINGERPRINT.toUpperCase().replace(/..(?=.)/g, '$&:') });
    const body = JSON.parse(Buffer.from(token.text().slice(5), 'base64url').toString()) as Record<string, string>;
    expect(Object.keys(body).sort()).toEqual(['f', 'i', 's', 'u']);
    expect(body).toMatchObject({ u: listener.url, f: FINGERPRINT });
    expect(Buffer.from(body['s'] ?? '', 'base64url')).toHaveLength(32);
    const read = parseEnrolmentToken(`  ${token.text()}\r\n`);
    expect([read.url, read.fingerprint, read.id, read.revealSecret()]).toEqual([listener.url, FINGERPRINT, body['i'], body['s']]);
  });

  it('shows its secret nowhere but in its text, and no two are the same', () => {
    const token = makeEnrolmentToken(listener);
    const secret = token.revealSecret();
    for (const shown of [String(token), JSON.stringify({ token }), inspect(token), inspect({ deep: { token } }, { depth: 9, showHidden: true })]) expect(shown).not.toContain(secret);
    expect(makeEnrolmentToken(listener).revealSecret()).not.toBe(secret);
  });
});
