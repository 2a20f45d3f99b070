import { X509Certificate, createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jwtAssertion, type JwtAssertion } from '../../../../connectors/engines/http/jwt-assertion.js';
import { GuardedString } from '../../../../protocol/model/index.js';
import { issueSelfSigned } from '../../../targets/self-signed.js';
import { failure } from './fake-token-client.js';

const NOW = 1_700_000_000_000;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = (key: typeof rsa.privateKey, type: 'pkcs8' | 'sec1' | 'pkcs1' = 'pkcs8') => new GuardedString(key.export({ type, format: 'pem' }).toString());
const settings: JwtAssertion = { issuer: 'sa@p.iam.gserviceaccount.com', subject: 'admin@example.com', audience: 'https://oauth2.googleapis.com/token', scope: 'a b', privateKey: pem(rsa.privateKey), algorithm: 'RS256', now: () => NOW };
const verified = (text: string, key = rsa.publicKey) => jwtVerify(text, key, { currentDate: new Date(NOW) });
let directory = '';
beforeAll(async () => { directory = await mkdtemp(join(tmpdir(), 'causeway-jwt-')); });
afterAll(() => rm(directory, { recursive: true }));

describe('a JWT assertion', () => {
  it.each<[string, Partial<JwtAssertion>, RegExp]>([
    ['no PEM', { privateKey: new GuardedString('geheim') }, /cannot be read/], ['a key of another kind', { privateKey: pem(elliptic.privateKey) }, /RS256/],
    ['a certificate that is none', { certificate: { pem: 'x', header: 'x5t' } }, /certificate/],
  ])('is refused for %s, without a word of the key', async (_, more, message) => {
    const error = await failure(jwtAssertion({ ...settings, ...more })());
    expect([error.kind, error.outcome, error.message]).toEqual(['configuration', 'notApplied', expect.stringMatching(message)]);
    expect(`${error.message}${String(error.stack)}`).not.toContain('geheim');
  });

  it('holds the claims a Google service account needs, is good for the time given, and is another each time', async () => {
    const source = jwtAssertion({ ...settings, lifetime: 3600, keyId: 'k1' });
    const [first, second] = [await verified(await source()), await verified(await source())];
    const { jti, ...claims } = first.payload;
    expect(claims).toEqual({ iss: settings.issuer, sub: settings.subject, aud: settings.audience, scope: 'a b', iat: NOW / 1_000, exp: NOW / 1_000 + 3600 });
    expect(first.protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'k1' });
    expect(jti).not.toBe(second.payload.jti);
  });

  it('takes the key as a Google file has it, and as PKCS#1 and SEC 1; signs with P-256', async () => {
    const escaped = new GuardedString(pem(rsa.privateKey).reveal().replaceAll('\n', '\\n'));
    for (const privateKey of [escaped, pem(rsa.privateKey, 'pkcs1')]) await verified(await jwtAssertion({ ...settings, privateKey })());
    const { payload, protectedHeader } = await verified(await jwtAssertion({ ...settings, subject: null, scope: null, privateKey: pem(elliptic.privateKey, 'sec1'), algorithm: 'ES256' })(), elliptic.publicKey);
    expect([protectedHeader.alg, payload.sub, payload['scope']]).toEqual(['ES256', undefined, undefined]);
  });

  it('names the certificate of its key by thumbprint', async () => {
    const { certificateFile, keyFile } = await issueSelfSigned(directory);
    const certificate = new X509Certificate(await readFile(certificateFile));
    const key = createPrivateKey(await readFile(keyFile));
    for (const [header, hex] of [['x5t', certificate.fingerprint], ['x5t#S256', certificate.fingerprint256]] as const) {
      const { protectedHeader } = await verified(await jwtAssertion({ ...settings, privateKey: pem(key), algorithm: 'ES256', certificate: { pem: certificate.toString(), header } })(), certificate.publicKey);
      expect(protectedHeader[header]).toBe(Buffer.from(hex.replaceAll(':', ''), 'hex').toString('base64url'));
    }
  });
});
