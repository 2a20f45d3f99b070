import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { createPublicKey, webcrypto } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CertificateError } from '../../../../certs/index.js';
import { checkCertificateRequest, makeAgentKey, makeCertificateRequest } from '../../../../certs/enrolment/certificate-request.js';

type Algorithm = { name: string; namedCurve?: string; modulusLength?: number; publicExponent?: Uint8Array; hash?: string };
const E = new Uint8Array([1, 0, 1]);
const rsa = (modulusLength: number, hash = 'SHA-256', publicExponent = E): Algorithm => ({ name: 'RSASSA-PKCS1-v1_5', modulusLength, publicExponent, hash });
const ec = (namedCurve: string): Algorithm => ({ name: 'ECDSA', namedCurve });

async function keysOf(algorithm: Algorithm): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;
}
async function requestOf(keys: webcrypto.CryptoKeyPair, algorithm: Algorithm, hash = 'SHA-256'): Promise<x509.Pkcs10CertificateRequest> {
  return x509.Pkcs10CertificateRequestGenerator.create({ name: 'CN=x', keys, signingAlgorithm: { name: algorithm.name, hash } as webcrypto.EcdsaParams });
}
const made = async (algorithm: Algorithm, hash?: string): Promise<string> => (await requestOf(await keysOf(algorithm), algorithm, hash)).toString('pem');

describe('a certificate request is refused', () => {
  it.each<[string, Algorithm, RegExp, string?]>([
    ['RSA of 1024 bits', rsa(1024), /has 1024 bits/],
    ['RSA with the exponent 3', rsa(2048, 'SHA-256', new Uint8Array([3])), /exponent 3/],
    ['RSA signed with SHA-1', rsa(2048, 'SHA-1'), /must be signed with SHA-256/],
    ['the curve P-521', ec('P-521'), /secp521r1: make one on P-256/, 'SHA-512'],
    ['ECDSA signed with SHA-1', ec('P-256'), /must be signed with SHA-256/, 'SHA-1'],
  ])('with %s', async (_what, algorithm, reason, hash) => {
    await expect(checkCertificateRequest(await made(algorithm, hash))).rejects.toThrow(reason);
  });

  it('with the signature of another key: its sender does not hold the one it names', async () => {
    const [own, other] = await Promise.all([keysOf(ec('P-256')), keysOf(ec('P-256'))]);
    const forged = await requestOf({ publicKey: own.publicKey, privateKey: other.privateKey }, ec('P-256'));
    await expect(checkCertificateRequest(forged.toString('pem'))).rejects.toThrow(/does not fit its key/);
  });

  it('with any one bit of what is signed changed, or is for the same key: no other key gets in', async () => {
    const keys = await keysOf(ec('P-256'));
    const key = Buffer.from(await webcrypto.subtle.exportKey('spki', keys.publicKey));
    const der = Buffer.from((await requestOf(keys, ec('P-256'))).rawData);
    await fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: der.length * 8 - 1 }), async (bit) => {
      const changed = Buffer.from(der);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${changed.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
      const outcome = await checkCertificateRequest(pem).then(({ spki }) => spki, (error: unknown) => error);
      // Bits that no signature covers (parameters of its algorithm, padding) may change; then it is the same key.
      if (outcome instanceof Buffer) expect(outcome.equals(key)).toBe(true);
      else expect(outcome).toBeInstanceOf(CertificateError);
    }), { numRuns: 100 });
  });

  it('that is none, two, a certificate, a private key, too long, or nested without end', async () => {
    const good = await made(ec('P-256'));
    const nested = Buffer.concat([Buffer.alloc(12_000, Buffer.from([0x30, 0x80])), Buffer.alloc(4)]).toString('base64');
    for (const bad of [
      '', 'x', `${good}\n${good}`, good.replaceAll('CERTIFICATE REQUEST', 'CERTIFICATE'), await makeAgentKey(), good + ' '.repeat(40_000),
      `-----BEGIN CERTIFICATE REQUEST-----\n${nested}\n-----END CERTIFICATE REQUEST-----`, Buffer.from(good).toString('base64'),
    ]) await expect(checkCertificateRequest(bad)).rejects.toBeInstanceOf(CertificateError);
  });
});

describe('a certificate request is taken', () => {
  it.each<[string, Algorithm, string?]>([
    ['P-256', ec('P-256')], ['P-384', ec('P-384'), 'SHA-384'], ['RSA of 2048 bits', rsa(2048)], ['Ed25519', { name: 'Ed25519' }],
  ])('with %s, for its key', async (_what, algorithm, hash) => {
    const keys = await keysOf(algorithm);
    const { spki } = await checkCertificateRequest((await requestOf(keys, algorithm, hash)).toString('pem'));
    expect(spki).toEqual(Buffer.from(await webcrypto.subtle.exportKey('spki', keys.publicKey)));
  });

  it('as the agent makes it; the same key has the same hash, another one another', async () => {
    const [key, other] = [await makeAgentKey(), await makeAgentKey()];
    const [first, again, second] = await Promise.all([makeCertificateRequest(key, 'a'), makeCertificateRequest(key, 'b'), makeCertificateRequest(other, 'a')].map(async (pem) => checkCertificateRequest(await pem)));
    expect(first?.spki).toEqual(createPublicKey(key).export({ type: 'spki', format: 'der' }));
    expect(again?.hash).toBe(first?.hash);
    expect(second?.hash).not.toBe(first?.hash);
  });
});
