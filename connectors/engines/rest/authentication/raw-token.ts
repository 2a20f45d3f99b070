import type { HttpAuthentication } from '../../http/http-authentication.js';
import { OAuthTokens, type OAuthTokensOptions } from '../../http/oauth-tokens.js';
import { textTokenEndpoint, type TextTokenRequest } from '../../http/text-token.js';
import type { TokenClient } from '../../http/token-answer.js';

export interface RawTokenSettings extends TextTokenRequest, OAuthTokensOptions {
  readonly client: TokenClient;
  /** Fires when the configuration is given up. */
  readonly over: AbortSignal;
}

/** Bearer tokens of an endpoint that answers with the bare token. A request that was answered 401 is repeated once with a new one. */
export function rawToken(settings: RawTokenSettings): HttpAuthentication {
  const { client, over, prefix, repeats = true, clock } = settings;
  return new OAuthTokens(textTokenEndpoint(client, settings), over, { prefix, repeats, clock });
}
