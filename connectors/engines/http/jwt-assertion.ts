import { createHash, createPrivateKey, randomUUID, X509Certificate, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { ConnectorError, type GuardedString } from '../../../protocol/model/index.js';

/** Signs a new assertion; each one is used once. */
export type AssertionSource = () => Promise<string>;

export interface JwtAssertion {
  readonly issuer: string;
  /** Null or undefined: no claim `sub`. */
  readonly subject?: string | null | undefined;
  /** Usually the address of the token endpoint. */
  readonly audience: string;
  /** A claim of its own, as Google takes it: https://developers.google.com/identity/protocols/oauth2/service-account#httprest */
  readonly scope?: string | null | undefined;
  /** PEM, PKCS#8 or PKCS#1 or SEC 1, not encrypted; `\n` for its line breaks, as in Google's JSON files, will do. */
  readonly privateKey: GuardedString;
  readonly algorithm: 'RS256' | 'PS256' | 'ES256';
  /** Header `kid`. */
  readonly keyId?: string | null | undefined;
  /**
   * PEM of the key's certificate, whose thumbprint becomes a header: `x5t` (SHA-1) or `x5t#S256`.
   * https://learn.microsoft.com/en-us/entra/identity-platform/certificate-credentials
   */
  readonly certificate?: { readonly pem: string; readonly header: 'x5t' | 'x5t#S256' } | undefined;
  /** Seconds. @default 300 */
  readonly lifetime?: number | undefined;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** Assertions of RFC 7523, section 3. Rejects with `configuration` for a key or certificate that is none, or not of the algorithm. */
export function jwtAssertion(settings: JwtAssertion): AssertionSource {
  const { issuer, subject, audience, scope, algorithm, keyId, certificate, lifetime = 300, now = Date.now } = settings;
  return async () => {
    const issued = Math.floor(now() / 1_000);
    const token = new SignJWT(isGiven(scope) ? { scope } : {})
      .setProtectedHeader({ alg: algorithm, typ: 'JWT', ...(isGiven(keyId) ? { kid: keyId } : {}), ...(certificate === undefined ? {} : { [certificate.header]: thumbprint(certificate) }) })
      .setIssuer(issuer).setAudience(audience).setIssuedAt(issued).setExpirationTime(issued + lifetime).setJti(randomUUID());
    if (isGiven(subject)) token.setSubject(subject);
    try {
      return await token.sign(keyOf(settings.privateKey));
    } catch (error) {
      if (error instanceof ConnectorError) throw error;
      throw new ConnectorError('configuration', `The private key cannot sign with ${algorithm}: ${(error as Error).message}. Give a key of that kind (RSA of 2048 bits or more, or P-256).`, { cause: error, outcome: 'notApplied' });
    }
  };
}

function isGiven(text: string | null | undefined): text is string {
  return typeof text === 'string' && text !== '';
}

/** Node's own words are left out: what is wrong with a key is told without showing any of it. */
function keyOf(privateKey: GuardedString): KeyObject {
  try {
    return createPrivateKey(privateKey.reveal().split('\\n').join('\n'));
  } catch {
    throw new ConnectorError('configuration', 'The private key cannot be read. Give it as PEM, from -----BEGIN to the end of the last line, without a password.', { outcome: 'notApplied' });
  }
}

function thumbprint({ pem, header }: NonNullable<JwtAssertion['certificate']>): string {
  try {
    return createHash(header === 'x5t' ? 'sha1' : 'sha256').update(new X509Certificate(pem).raw).digest('base64url');
  } catch (error) {
    throw new ConnectorError('configuration', 'The certificate of the private key cannot be read. Give it as PEM, from -----BEGIN CERTIFICATE to the end of the last line.', { cause: error, outcome: 'notApplied' });
  }
}
