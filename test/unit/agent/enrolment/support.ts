import { createPublicKey, webcrypto } from 'node:crypto';
import { buildLeaf, buildRoot, certificatePem, generateKeys, validity } from '../../../../certs/certificate-builder.js';
import type { IdentityManifest } from '../../../../agent/enrolment/identity-manifest.js';
import { IdentityStore } from '../../../../agent/enrolment/identity-store.js';

const DAY_MS = 86_400_000;

/** Certificates of one authority, for keys that a store has made. */
export async function makeIssuer() {
  const keys = await generateKeys();
  const certificate = await buildRoot('Test authority', keys, validity(3650, new Date(Date.now() - 100 * DAY_MS)));
  return {
    trust: certificatePem(certificate),
    async issue(publicKey: webcrypto.CryptoKey, from: Date, days: number): Promise<string> {
      return certificatePem(await buildLeaf({ certificate, privateKey: keys.privateKey }, publicKey, { usage: 'agent', subject: [{ CN: ['site-1'] }], names: [], validity: validity(days, from) }));
    },
  };
}

function publicKeyOf(key: string): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey('spki', createPublicKey(key).export({ type: 'spki', format: 'der' }), { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify']);
}

export type TestIssuer = Awaited<ReturnType<typeof makeIssuer>>;

/** A store with an identity that began `age` days before `now` and lives for `days`; with `next`, a renewed one waits in it. */
export async function enrolledStore(directory: string, issuer: TestIssuer, { now, age, days, next = false, url = 'https://127.0.0.1:1' }: { readonly now: number; readonly age: number; readonly days: number; readonly next?: boolean; readonly url?: string }): Promise<IdentityStore> {
  const store = new IdentityStore(directory);
  const from = new Date(now - age * DAY_MS);
  const slot = async (start: Date) => {
    const { slot: name, key } = await store.addKey();
    return { slot: name, certificate: await issuer.issue(await publicKeyOf(key), start, days), renewAfter: new Date(start.getTime() + days * DAY_MS * 2 / 3).toISOString() };
  };
  const current = await slot(from);
  const waiting = next ? { next: { ...(await slot(new Date(now))), request: 'a request' } } : {};
  await store.change((): Omit<IdentityManifest, 'version' | 'revision'> => ({ url, agent: 'site-1', trust: { bundle: issuer.trust, revision: 'r1' }, current, ...waiting }));
  return store;
}
