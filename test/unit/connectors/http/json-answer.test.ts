import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HttpAnswer } from '../../../../connectors/engines/http/http-client.js';
import { jsonAnswer } from '../../../../connectors/engines/http/json-answer.js';
import { parseJson } from '../../../../connectors/engines/http/json-text.js';
import { ConnectorError } from '../../../../protocol/model/index.js';
import { asNumbers } from './http-service.js';

const SECRET = 'geheim-4711';
const place = { system: 'Box', method: 'GET', url: new URL(`https://api.example.com/2.0/users?token=${SECRET}`) };
const json = 'application/json';
const answer = (body: string | Uint8Array, type = json, more: Partial<HttpAnswer> & { readonly location?: string } = {}): HttpAnswer => ({
  status: more.status ?? 200, headers: new Map([...(type === '' ? [] : [['content-type', type] as const]), ...(more.location === undefined ? [] : [['location', more.location] as const])]),
  body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
});

function refused(given: HttpAnswer, method = 'GET'): ConnectorError {
  try {
    jsonAnswer(given, { ...place, method });
  } catch (error) {
    if (error instanceof ConnectorError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('an answer that is no JSON', () => {
  it.each([
    ['a page to log in', answer(`<html>${SECRET}`, 'text/html; charset=utf-8'), 'connectorIo', /answered 200 \(text\/html\).*web page/],
    ['a redirection to another server', answer('', '', { status: 302, location: `https://login.example.com/sso?state=${SECRET}` }), 'connectionFailed', /answered 302 .*redirects to https:\/\/login\.example\.com: .*log in/],
    ['a redirection to nowhere', answer('', '', { status: 302 }), 'connectionFailed', /answered 302 \(no content type\)/],
    ['nothing', answer(''), 'connectorIo', /without content/],
    ['white space', answer(' \r\n'), 'connectorIo', /without content/],
    ['half of it', answer(`{"a":"${SECRET}`), 'connectorIo', /no JSON, or not all/],
    ['a page without a type', answer(`<html>${SECRET}`, ''), 'connectorIo', /no JSON/],
    ['another charset than it says', answer(Uint8Array.from([0x22, 0xe9, 0x22])), 'connector', /not of its charset \(utf-8\)/],
    ['an unknown charset', answer('{}', `${json}; charset=klingon`), 'connector', /charset 'klingon'/],
    ['a large page', answer(`{${'x'.repeat(10_000_000)}`), 'connectorIo', /no JSON/],
  ] as const)('but %s is refused with where it came from and nothing out of it', (_, given, kind, text) => {
    const error = refused(given);
    expect([error.kind, error.outcome]).toEqual([kind, undefined]);
    expect(error.message).toMatch(/^Box: GET \/2\.0\/users answered/);
    expect(error.message).toMatch(text);
    expect(error.message.length).toBeLessThan(500);
    expect(JSON.stringify([error.message, String(error.cause)])).not.toContain(SECRET);
  });

  it('leaves open what became of a write, unless it was sent elsewhere', () => {
    expect(refused(answer('<', 'text/html'), 'POST').outcome).toBe('unknown');
    expect(refused(answer('', '', { status: 302 }), 'POST').outcome).toBe('notApplied');
  });
});

describe('the JSON of an answer', () => {
  it('is read in its charset, with or without a byte order mark, whatever its type is called', () => {
    expect(jsonAnswer(answer('\ufeff{"a":"é"}'), place)).toEqual({ a: 'é' });
    expect(jsonAnswer(answer(Uint8Array.from([0x22, 0xe9, 0x22]), `${json}; charset="ISO-8859-1"`), place)).toBe('é');
    for (const type of ['application/scim+json', 'text/plain', '']) expect(jsonAnswer(answer('[1]', type), place)).toEqual([1]);
  });

  it('may be missing where that is no fault', () => {
    expect(jsonAnswer(answer('', '', { status: 204 }), place, { mayBeEmpty: true })).toBeUndefined();
  });

  it('keeps whole numbers that a JavaScript number cannot hold', () => {
    expect(parseJson('{"id":9007199254740993,"ok":9007199254740991,"low":-12345678901234567890,"text":"9007199254740993","real":12345678901234567.5,"huge":1e300,"list":[[10000000000000000001]]}')).toEqual({
      id: 9007199254740993n, ok: 9007199254740991, low: -12345678901234567890n, text: '9007199254740993', real: 12345678901234567.5, huge: 1e300, list: [[10000000000000000001n]],
    });
    expect(parseJson(' 9007199254740993\n')).toBe(9007199254740993n);
  });

  it('is what JSON.parse makes of it, but for those numbers', () => {
    fc.assert(fc.property(fc.json({ maxDepth: 5 }), fc.boolean(), (text, withLarge) => {
      const expected = asNumbers(JSON.parse(text));
      expect(asNumbers(parseJson(withLarge ? `[9007199254740993,${text}]` : text))).toEqual(withLarge ? [9007199254740992, expected] : expected);
    }));
  });

  it('does no harm by its depth or by names that objects have', () => {
    const deep = `${'['.repeat(100_000)}9007199254740993${']'.repeat(100_000)}`;
    let at = parseJson(deep);
    for (let depth = 0; depth < 100_000; depth++) at = (at as [typeof at])[0];
    expect(at).toBe(9007199254740993n);
    const named = parseJson('{"__proto__":{"admin":true},"n":9007199254740993}') as object;
    expect([Object.keys(named), Object.getPrototypeOf(named) === Object.prototype]).toEqual([['__proto__', 'n'], true]);
  });
});
