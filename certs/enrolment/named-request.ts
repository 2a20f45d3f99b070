import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { createPrivateKey, createPublicKey, webcrypto, type KeyObject } from 'node:crypto';
import { CertificateError } from '../certificate-error.js';

const LONGEST_COMMON_NAME = 64;

/**
 * A certificate request (PKCS #10, PEM) for a key (ECDSA P-256 or P-384, RSA; PKCS #8 in PEM) that asks for DNS names, as an
 * ACME server wants it (RFC 8555 section 7.4): the first is the common name, all are subject alternative names.
 */
export async function makeNamedRequest(privateKey: string, names: readonly string[]): Promise<string> {
  const [first] = names;
  if (first === undefined) throw new CertificateError('A certificate request has to hold a name.');
  const { algorithm, signing } = algorithmsOf(createPrivateKey(privateKey));
  const der = createPrivateKey(privateKey).export({ type: 'pkcs8', format: 'der' });
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const keys = {
    privateKey: await webcrypto.subtle.importKey('pkcs8', der, algorithm, true, ['sign']),
    publicKey: await webcrypto.subtle.importKey('spki', spki, algorithm, true, ['verify']),
  };
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: first.length > LONGEST_COMMON_NAME ? [] : [{ CN: [first] }], keys, signingAlgorithm: signing,
    extensions: [new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns', value })))],
  });
  return `${request.toString('pem')}\n`;
}

type Imported = webcrypto.EcKeyImportParams | webcrypto.RsaHashedImportParams;
interface Algorithms { readonly algorithm: Imported; readonly signing: webcrypto.EcdsaParams | { readonly name: string; readonly hash: string } }

function algorithmsOf(key: KeyObject): Algorithms {
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (key.asymmetricKeyType === 'rsa') {
    const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
    return { algorithm: rsa, signing: rsa };
  }
  if (curve === 'prime256v1') return { algorithm: { name: 'ECDSA', namedCurve: 'P-256' }, signing: { name: 'ECDSA', hash: 'SHA-256' } };
  if (curve === 'secp384r1') return { algorithm: { name: 'ECDSA', namedCurve: 'P-384' }, signing: { name: 'ECDSA', hash: 'SHA-384' } };
  throw new CertificateError(`A certificate request cannot be made for a key of the kind ${key.asymmetricKeyType ?? 'unknown'}.`);
}
