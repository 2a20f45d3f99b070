import type { HttpAuthentication } from '../../http/http-authentication.js';
import { OAuthTokens, type OAuthTokensOptions } from '../../http/oauth-tokens.js';
import type { TokenClient } from '../../http/token-answer.js';
import { tokenEndpoint, type TokenRequest } from '../../http/token-endpoint.js';

export interface OAuth2Settings extends TokenRequest, OAuthTokensOptions {
  readonly client: TokenClient;
  /** Fires when the configuration is given up. */
  readonly over: AbortSignal;
}

/**
 * Bearer tokens of a token endpoint. A request that was answered 401 is repeated once with a new one. A Google service account is
 * `{ grant: 'jwt_bearer', clientId: null, clientSecret: null, assertion: jwtAssertion(...) }`.
 */
export function oauth2(settings: OAuth2Settings): HttpAuthentication {
  const { client, over, prefix, repeats = true, clock } = settings;
  return new OAuthTokens(tokenEndpoint(client, settings), over, { prefix, repeats, clock });
}
