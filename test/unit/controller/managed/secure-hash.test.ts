import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hashed, isHashed, matchesHash } from '../../../../controller/managed/protection/secure-hash.js';
import { encrypted } from '../../../../controller/managed/protection/encrypted-value.js';
import { decryptValues } from '../../../../controller/systems/encrypted-values.js';

describe('hashed values', () => {
  it.each(['SHA-256', 'SHA-384', 'SHA-512', 'SCRYPT'] as const)('of %s match their text only, and are never the same twice', async (algorithm) => {
    const hash = await hashed('Pässword1', algorithm);
    expect([await matchesHash('Pässword1', hash), await matchesHash('pässword1', hash), isHashed(hash)]).toEqual([true, false, true]);
    expect(await hashed('Pässword1', algorithm)).not.toEqual(hash);
  });

  it('are read as IDM writes them: digest of value and salt, then the salt', async () => {
    const salt = Buffer.from('0123456789abcdef');
    const data = Buffer.concat([createHash('sha256').update('Passw0rd').update(salt).digest(), salt]).toString('base64');
    expect(await matchesHash('Passw0rd', { $crypto: { value: { algorithm: 'SHA-256', data }, type: 'salted-hash' } })).toBe(true);
  });

  it.each([null, 'x', {}, { $crypto: null }, { $crypto: { type: 'salted-hash', value: {} } }, { $crypto: { type: 'salted-hash', value: { algorithm: 'SHA-256', data: 'AAAA' } } }, { $crypto: { type: 'salted-hash', value: { algorithm: 'MD5', data: 'AAAA' } } }])('that are none (%j) match nothing', async (value) => {
    expect(await matchesHash('', value)).toBe(false);
  });
});

describe('encrypted values', () => {
  it.each([16, 24, 32])('come back whatever they are, with a key of %i bytes', (length) => {
    const key = Buffer.alloc(length, 3);
    const value = { a: ['ü', 9_007_199_254_740_993n, null] };
    expect(decryptValues(encrypted(value, 'mine', key), new Map([['mine', key]]))).toEqual(value);
    expect(encrypted(value, 'mine', key)).not.toEqual(encrypted(value, 'mine', key));
  });
});
