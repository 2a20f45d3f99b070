import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PatternSet } from '../../secret-search/pattern-search.js';
import { spellingsOf } from '../../secret-search/spellings.js';

function searching(...secrets: readonly { readonly kind: 'text' | 'bytes'; readonly value: Buffer }[]): PatternSet {
  const patterns = new PatternSet();
  secrets.forEach(({ kind, value }, owner) => {
    for (const spelling of spellingsOf({ name: 's', kind, value: value.toString('base64') })) patterns.add(spelling, owner);
  });
  return patterns;
}

const holds = (patterns: PatternSet, text: string | Buffer): boolean => patterns.ownersIn(Buffer.from(text as string)).has(0);

const PLAIN = 'qT7vXw2ZpLk9Rb4NcJ8sHd3M';
const AWKWARD = 'qT7vXw2ZpLk9"\\<&+/%é b4NcJ8sHd3M';
const INNOCENT = 'user=openidm-admin qT7vXw2ZpLk password=*** dGhpcyBpcyBubyBzZWNyZXQgYXQgYWxs 6f70656e69646d';

describe('a secret text', () => {
  it.each<[string, (secret: string) => string | Buffer]>([
    ['as it is', (secret) => `password=${secret};`],
    ['in Latin-1', (secret) => Buffer.from(secret, 'latin1')],
    ['in UTF-16, little endian', (secret) => Buffer.from(`x${secret}y`, 'utf16le')],
    ['in UTF-16, big endian', (secret) => Buffer.from(secret, 'utf16le').swap16()],
    ['as JSON', (secret) => JSON.stringify({ password: secret })],
    ['in a URL', (secret) => `https://x/?password=${encodeURIComponent(secret)}&y`],
    ['in a form', (secret) => new URLSearchParams({ a: 'b', password: secret }).toString()],
    ['in Base64', (secret) => Buffer.from(secret).toString('base64')],
    ['in Base64 behind one character', (secret) => Buffer.from(`:${secret}`).toString('base64')],
    ['in Base64 behind two characters', (secret) => Buffer.from(`u:${secret}!`).toString('base64')],
    ['in Base64 for URLs', (secret) => Buffer.from(`ab:${secret}`).toString('base64url')],
    ['in Base64 of UTF-16', (secret) => Buffer.from(`"${secret}"`, 'utf16le').toString('base64')],
    ['in Base64 in a URL', (secret) => encodeURIComponent(Buffer.from(secret).toString('base64'))],
    ['in hexadecimal', (secret) => Buffer.from(secret).toString('hex')],
    ['in upper case hexadecimal', (secret) => Buffer.from(secret).toString('hex').toUpperCase()],
    ['as Node prints a Buffer', (secret) => inspect(Buffer.from(secret))],
    ['as JSON of a Buffer', (secret) => JSON.stringify(Buffer.from(secret))],
    ['cut off behind its first half', (secret) => `${secret.slice(0, 13)}…`],
    ['without its first half', (secret) => `…${secret.slice(12)}`],
  ])('is found %s', (_how, spell) => {
    for (const secret of [PLAIN, AWKWARD]) expect([secret, holds(searching({ kind: 'text', value: Buffer.from(secret) }), spell(secret))]).toEqual([secret, true]);
  });

  it('is not found where only a part of it is, too short to be told from chance, or nothing', () => {
    const patterns = searching({ kind: 'text', value: Buffer.from(PLAIN) });
    expect(holds(patterns, INNOCENT)).toBe(false);
    expect(holds(patterns, '')).toBe(false);
  });
});

describe('a secret key', () => {
  const key = Buffer.from(Array.from({ length: 32 }, (_, index) => (index * 37 + 11) % 256));

  it('is found raw, in hexadecimal and in a PEM file whatever stands before it, lines broken', () => {
    const patterns = searching({ kind: 'bytes', value: key });
    for (const before of [0, 1, 2, 7, 36, 47]) {
      const der = Buffer.concat([Buffer.alloc(before, 0x30), key, Buffer.alloc(70, 4)]);
      const pem = der.toString('base64').replace(/.{64}/g, '$&\n');
      expect([before, holds(patterns, `-----BEGIN PRIVATE KEY-----\n${pem}\n-----END PRIVATE KEY-----\n`)]).toEqual([before, true]);
      expect([before, holds(patterns, JSON.stringify({ key: pem }))]).toEqual([before, true]);
    }
    expect(holds(patterns, Buffer.concat([Buffer.from('x'), key]))).toBe(true);
    expect(holds(patterns, key.toString('hex'))).toBe(true);
    expect(holds(patterns, Buffer.from(key.map((byte) => byte ^ 1)))).toBe(false);
  });
});

describe('the search', () => {
  it('finds every place once, at its offset, however the stream is cut', async () => {
    await fc.assert(fc.asyncProperty(
      fc.array(fc.constantFrom(PLAIN, 'some other words ', 'qT7vXw2Z', '\n'), { maxLength: 20 }), fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 10 }),
      async (parts, sizes) => {
        const text = parts.join('');
        const patterns = new PatternSet();
        patterns.add(Buffer.from(PLAIN), 7);
        const expected: number[] = [];
        for (let at = text.indexOf(PLAIN); at >= 0; at = text.indexOf(PLAIN, at + 1)) expected.push(at);
        const chunks: Buffer[] = [];
        for (let at = 0, turn = 0; at < text.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          chunks.push(Buffer.from(text.slice(at, at + size)));
          at += size;
        }
        const found: number[] = [];
        const bytes = await patterns.search(chunks, (owner, offset) => {
          expect(owner).toBe(7);
          found.push(offset);
        });
        expect([bytes, found.sort((a, b) => a - b)]).toEqual([text.length, expected]);
      },
    ));
  });

  it('takes no pattern that is found by accident', () => {
    expect(() => new PatternSet().add(Buffer.from('secret'), 0)).toThrow(/too short/);
  });
});
