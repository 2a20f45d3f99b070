import 'reflect-metadata';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeNamedRequest } from '../../../certs/enrolment/named-request.js';

const pem = { type: 'pkcs8', format: 'pem' } as const;
const openssl = (request: string): string => execFileSync('openssl', ['req', '-verify', '-noout', '-text'], { input: request, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });

describe('a certificate request with names', () => {
  it('is not made for no name, nor for a key of another kind', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    await expect(makeNamedRequest(privateKey.export(pem).toString(), ['a.example'])).rejects.toThrow(/kind ed25519/);
    await expect(makeNamedRequest(privateKey.export(pem).toString(), [])).rejects.toThrow(/has to hold a name/);
  });

  it.each([
    ['P-256', () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }), 'ecdsa-with-SHA256'],
    ['P-384', () => generateKeyPairSync('ec', { namedCurve: 'secp384r1' }), 'ecdsa-with-SHA384'],
    ['RSA', () => generateKeyPairSync('rsa', { modulusLength: 2048 }), 'sha256WithRSAEncryption'],
  ] as const)('for %s holds them all, the first as common name, and is signed as OpenSSL expects it', async (_kind, make, algorithm) => {
    const text = openssl(await makeNamedRequest(make().privateKey.export(pem).toString(), ['site1.example', 'other.example']));
    expect(text).toMatch(/Subject: CN ?= ?site1\.example/);
    expect(text).toContain('DNS:site1.example, DNS:other.example');
    expect(text).toContain(algorithm);
  });

  it('leaves out a common name that is too long for one', async () => {
    const long = `${'a'.repeat(60)}.example`;
    const text = openssl(await makeNamedRequest(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export(pem).toString(), [long]));
    expect(text).not.toContain('CN =');
    expect(text).toContain(`DNS:${long}`);
  });
});
