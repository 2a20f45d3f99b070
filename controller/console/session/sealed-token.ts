import { EncryptJWT, jwtDecrypt, type JWTPayload } from 'jose';
import type { SessionKeys } from './session-keys.js';

/** What a token is for: one that was made for one purpose is none for another. */
export type TokenPurpose = 'session' | 'oidc-sign-in';

const ISSUER = 'causeway-console';

/**
 * A JWT that nobody else can read or make: encrypted and authenticated with one key (`dir`, A256CBC-HS512, RFC 7516).
 * `expires`: milliseconds since 1970.
 */
export async function sealToken(keys: SessionKeys, purpose: TokenPurpose, claims: JWTPayload, expires: number): Promise<string> {
  const { id, secret } = await keys.current();
  return new EncryptJWT(claims).setProtectedHeader({ alg: 'dir', enc: 'A256CBC-HS512', kid: id })
    .setIssuer(ISSUER).setAudience(purpose).setExpirationTime(Math.floor(expires / 1_000)).encrypt(secret);
}

/** The claims of a token; undefined for one that is not ours, was changed, is for something else, or is over at `now`. */
export async function openToken(keys: SessionKeys, purpose: TokenPurpose, token: string, now: number): Promise<JWTPayload | undefined> {
  try {
    const { payload } = await jwtDecrypt(token, async ({ kid }) => {
      const key = kid === undefined ? undefined : await keys.find(kid);
      if (key === undefined) throw new TypeError('unknown key');
      return key.secret;
    }, { issuer: ISSUER, audience: purpose, currentDate: new Date(now), requiredClaims: ['exp'], keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256CBC-HS512'] });
    return payload;
  } catch {
    return undefined;
  }
}
