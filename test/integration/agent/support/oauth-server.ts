import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import { holdSecret } from '../../../support/secret-values.js';

export interface OAuthClient { readonly id: string; readonly secret: string; readonly method: 'client_secret_basic' | 'client_secret_post' }

export interface OAuthServer {
  readonly issuer: string;
  readonly tokenEndpoint: string;
  readonly jwksUri: string;
  /** Client ids tokens were granted to, in their order. */
  readonly granted: readonly string[];
  /** Error codes of refused requests. */
  readonly refused: readonly string[];
  /** Of tokens, in seconds. */
  tokenLife: number;
  close(): Promise<void>;
}

export const AUDIENCE = 'urn:causeway:controller';
export const SCOPE = 'fr:idm:*';

/** Has the signatures of the access tokens in an answer searched for: what is before them is public. */
function holdTokens(response: ServerResponse): void {
  const end = response.end.bind(response) as (...all: unknown[]) => ServerResponse;
  response.end = (...all: unknown[]): ServerResponse => {
    const signature = /"access_token":"[\w-]+\.[\w-]+\.([\w-]+)"/.exec(String(all[0]))?.[1];
    if (signature !== undefined) holdSecret('OAuth access token', signature);
    return end(...all);
  };
}

/** A real OAuth 2 server (oidc-provider) that gives JWT access tokens (RFC 9068) for client credentials. */
export async function startOAuthServer(clients: readonly OAuthClient[]): Promise<OAuthServer> {
  const http = createServer();
  await new Promise<void>((resolve) => { http.listen(0, '127.0.0.1', resolve); });
  const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const granted: string[] = [];
  const refused: string[] = [];
  const server = {
    issuer, granted, refused, tokenLife: 600, tokenEndpoint: `${issuer}/token`, jwksUri: `${issuer}/jwks`,
    close: () => new Promise<void>((resolve) => { http.close(() => { resolve(); }); http.closeAllConnections(); }),
  };
  const provider = new Provider(issuer, {
    clients: clients.map(({ id, secret, method }) => ({
      client_id: id, client_secret: secret, token_endpoint_auth_method: method, grant_types: ['client_credentials'], response_types: [], redirect_uris: [], scope: SCOPE,
    })),
    scopes: [SCOPE],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        getResourceServerInfo: () => ({ scope: SCOPE, audience: AUDIENCE, accessTokenFormat: 'jwt' as const, accessTokenTTL: server.tokenLife }),
      },
    },
    ttl: { ClientCredentials: () => server.tokenLife },
  });
  provider.on('grant.success', (context: { readonly oidc: { readonly client?: { readonly clientId: string } } }) => granted.push(context.oidc.client?.clientId ?? ''));
  provider.on('grant.error', (_context: unknown, error: { readonly error?: string }) => refused.push(error.error ?? ''));
  const serve = provider.callback();
  http.on('request', (request, response) => {
    holdTokens(response);
    void serve(request, response);
  });
  return server;
}
