import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { readFile } from 'node:fs/promises';
import { webcrypto } from 'node:crypto';
import { join } from 'node:path';

interface ListOptions { readonly signer?: string; readonly extensions?: x509.Extension[]; readonly nextUpdate?: boolean }

/** A revocation list (PEM) in the name of the authority in `directory`; signed by its key unless another one is given. */
export async function revocationList(directory: string, serials: readonly string[], { signer = directory, extensions = [], nextUpdate = true }: ListOptions = {}): Promise<string> {
  const key = x509.PemConverter.decodeFirst(await readFile(join(signer, 'ca.key'), 'utf8'));
  const list = await x509.X509CrlGenerator.create({
    issuer: new x509.X509Certificate(await readFile(join(directory, 'ca.crt'), 'utf8')).subject,
    thisUpdate: new Date(), ...(nextUpdate ? { nextUpdate: new Date(Date.now() + 86_400_000) } : {}),
    entries: serials.map((serialNumber) => ({ serialNumber, revocationDate: new Date(), reason: x509.X509CrlReason.keyCompromise })),
    extensions,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    signingKey: await webcrypto.subtle.importKey('pkcs8', key, { name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']),
  });
  return `-----BEGIN X509 CRL-----\n${Buffer.from(list.rawData).toString('base64')}\n-----END X509 CRL-----\n`;
}
