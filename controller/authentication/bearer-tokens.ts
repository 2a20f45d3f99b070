import { createRemoteJWKSet, jwtVerify, type JWTPayload } from 'jose';

export interface BearerSettings {
  /** Expected `iss`. */
  readonly issuer: string;
  /** Expected `aud`; without it any audience is taken. */
  readonly audience?: string | undefined;
  readonly jwksUri: string;
  /** Every one of these scopes has to be in the token. */
  readonly requiredScopes: readonly string[];
  /** The claim that names the caller. @default sub */
  readonly principalClaim: string;
}

export type TokenVerifier = (token: string) => Promise<string>;

/** Asymmetric only: a token signed with a shared secret, or not at all, is refused whatever the key set holds. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/**
 * Checks OAuth 2 access tokens that are JWTs (RFC 9068) against the issuer's key set, which is fetched when needed and
 * kept for ten minutes. The verifier resolves with the caller's name and rejects with the reason.
 */
export function bearerVerifier(settings: BearerSettings): TokenVerifier {
  const keys = createRemoteJWKSet(new URL(settings.jwksUri), { timeoutDuration: 5_000, cooldownDuration: 30_000 });
  return async (token) => {
    const { payload } = await jwtVerify(token, keys, {
      issuer: settings.issuer, algorithms: ALGORITHMS, clockTolerance: 30, requiredClaims: ['exp'],
      ...(settings.audience === undefined ? {} : { audience: settings.audience }),
    });
    const missing = settings.requiredScopes.filter((scope) => !scopesOf(payload).includes(scope));
    if (missing.length > 0) throw new Error(`the token lacks the scope ${missing.join(' ')}`);
    const principal = payload[settings.principalClaim];
    if (typeof principal !== 'string' || principal === '') throw new Error(`the token has no claim ${settings.principalClaim}`);
    return principal;
  };
}

function scopesOf(payload: JWTPayload): readonly string[] {
  const scope = payload['scope'] ?? payload['scp'];
  if (typeof scope === 'string') return scope.split(' ');
  return Array.isArray(scope) ? scope.filter((item) => typeof item === 'string') : [];
}
