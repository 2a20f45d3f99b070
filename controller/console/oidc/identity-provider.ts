import * as oauth from 'oauth4webapi';
import type { ConsoleConfig } from '../../config/console-config.js';
import { isLoopback } from '../../config/setting-types.js';

export type OidcSettings = NonNullable<ConsoleConfig['oidc']>;

// Marked deprecated to stand out: on loopback only, as settings allow http:// nowhere else.
// eslint-disable-next-line @typescript-eslint/no-deprecated
const CLEAR_TEXT: typeof oauth.allowInsecureRequests = oauth.allowInsecureRequests;

interface RequestOptions { readonly signal: AbortSignal; readonly [CLEAR_TEXT]: boolean }

/** What is known of the identity provider by its own document, and who we are there. */
export interface IdentityProvider {
  readonly server: oauth.AuthorizationServer;
  readonly client: oauth.Client;
  readonly clientAuthentication: oauth.ClientAuth;
  /** For each request of ours. */
  readonly request: RequestOptions;
}

/** The document is fetched anew after this, milliseconds. */
const KEEP_MS = 3_600_000;
const LONGEST_ANSWER = 10_000;

/**
 * The provider as it describes itself (OpenID Connect Discovery 1.0 section 4), fetched when first needed: a provider that is
 * down keeps the controller from nothing but sign-ins by it.
 */
export class IdentityProviderSource {
  readonly #settings: OidcSettings;
  readonly #secret: () => Promise<string | undefined>;
  #found: { readonly provider: Promise<IdentityProvider>; readonly until: number } | undefined;

  /** `secret`: read for each discovery; undefined for a public client. */
  constructor(settings: OidcSettings, secret: () => Promise<string | undefined>) {
    this.#settings = settings;
    this.#secret = secret;
  }

  /** Rejects when the provider cannot be reached or says it is another issuer. */
  get(): Promise<IdentityProvider> {
    if (this.#found !== undefined && this.#found.until > performance.now()) return this.#found.provider;
    const found = { provider: this.#discover(), until: performance.now() + KEEP_MS };
    this.#found = found;
    found.provider.catch(() => { if (this.#found === found) this.#found = undefined; });
    return found.provider;
  }

  async #discover(): Promise<IdentityProvider> {
    const issuer = new URL(this.#settings.issuer);
    const request = (): RequestOptions => ({ signal: AbortSignal.timeout(LONGEST_ANSWER), [CLEAR_TEXT]: issuer.protocol === 'http:' && isLoopback(issuer.hostname) });
    const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oidc', ...request() }));
    if (server.authorization_endpoint === undefined || server.token_endpoint === undefined) throw new Error(`${issuer.href} names no authorization or token endpoint`);
    const secret = await this.#secret();
    const basic = server.token_endpoint_auth_methods_supported?.includes('client_secret_post') !== true;
    return {
      server, client: { client_id: this.#settings.clientId },
      clientAuthentication: secret === undefined ? oauth.None() : basic ? oauth.ClientSecretBasic(secret) : oauth.ClientSecretPost(secret),
      get request() { return request(); },
    };
  }
}
