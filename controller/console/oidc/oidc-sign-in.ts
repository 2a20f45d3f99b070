import * as oauth from 'oauth4webapi';
import { z } from 'zod';
import type { EndedSessions } from '../session/ended-sessions.js';
import { openToken, sealToken } from '../session/sealed-token.js';
import type { SessionKeys } from '../session/session-keys.js';
import { claimedRoles } from './claimed-roles.js';
import type { IdentityProviderSource, OidcSettings } from './identity-provider.js';

export interface OidcSignInParts {
  readonly settings: OidcSettings;
  readonly provider: IdentityProviderSource;
  readonly keys: SessionKeys;
  readonly ended: EndedSessions;
  /** Where the provider sends browsers back to. */
  readonly redirectUri: string;
  readonly now?: (() => number) | undefined;
}

/** A sign-in that was refused; the message is for the log and the audit, never for the page. */
export class SignInRefused extends Error {
  override readonly name = 'SignInRefused';
}

/** How long somebody may take at the provider, milliseconds. */
const LONGEST_SIGN_IN = 10 * 60_000;

const attempt = z.object({ jti: z.string(), state: z.string(), nonce: z.string(), verifier: z.string() });

/**
 * The authorization code flow of OpenID Connect Core 1.0 section 3.1, with PKCE (RFC 7636), state, nonce and the issuer in the
 * answer (RFC 9207). What one attempt has to remember is in a sealed cookie of the browser that began it, and counts once.
 */
export class OidcSignIn {
  readonly #parts: OidcSignInParts;
  readonly #now: () => number;

  constructor(parts: OidcSignInParts) {
    this.#parts = parts;
    this.#now = parts.now ?? Date.now;
  }

  /** Where to send the browser, and the value of the cookie it brings back. Rejects when the provider cannot be reached. */
  async begin(): Promise<{ readonly url: string; readonly cookie: string; readonly seconds: number }> {
    const { settings, provider, keys, redirectUri } = this.#parts;
    const { server } = await provider.get();
    const [state, nonce, verifier] = [oauth.generateRandomState(), oauth.generateRandomNonce(), oauth.generateRandomCodeVerifier()];
    const cookie = await sealToken(keys, 'oidc-sign-in', { jti: oauth.generateRandomState(), state, nonce, verifier }, this.#now() + LONGEST_SIGN_IN);
    const url = new URL(server.authorization_endpoint ?? '');
    const parameters = {
      client_id: settings.clientId, response_type: 'code', redirect_uri: redirectUri, scope: settings.scopes.join(' '), state, nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return { url: url.href, cookie, seconds: LONGEST_SIGN_IN / 1_000 };
  }

  /** Who came back. `cookie`: what {@link begin} gave to this browser. Rejects with {@link SignInRefused}. */
  async finish(answer: URLSearchParams, cookie: string | undefined): Promise<{ readonly name: string; readonly roles: readonly string[] }> {
    const { settings, keys, ended } = this.#parts;
    const parsed = attempt.safeParse(cookie === undefined ? undefined : await openToken(keys, 'oidc-sign-in', cookie, this.#now()));
    if (!parsed.success) throw new SignInRefused('the sign-in was not begun in this browser, or took too long');
    const begun = parsed.data;
    if (!(await ended.end(`oidc ${begun.jti}`, this.#now() + LONGEST_SIGN_IN))) throw new SignInRefused('this answer of the provider was used before');
    const claims = await this.#claims(answer, begun);
    const name = claims[settings.nameClaim];
    if (typeof name !== 'string' || name === '') throw new SignInRefused(`the ID token has no claim ${settings.nameClaim}`);
    const roles = claimedRoles(claims, settings);
    if (roles.length === 0) throw new SignInRefused(`no value of the claim ${settings.rolesClaim} stands for a role (console.oidc.roles)`);
    return { name, roles };
  }

  /** Where a browser ends its session at the provider (OpenID Connect RP-Initiated Logout 1.0); undefined when it names no place. */
  async endSessionUrl(returnTo: string): Promise<string | undefined> {
    const { server: { end_session_endpoint: endpoint } } = await this.#parts.provider.get();
    if (endpoint === undefined) return undefined;
    const url = new URL(endpoint);
    url.searchParams.set('client_id', this.#parts.settings.clientId);
    url.searchParams.set('post_logout_redirect_uri', returnTo);
    return url.href;
  }

  async #claims(answer: URLSearchParams, { state, nonce, verifier }: z.infer<typeof attempt>): Promise<Readonly<Record<string, unknown>>> {
    const { provider, redirectUri } = this.#parts;
    try {
      const { server, client, clientAuthentication, request } = await provider.get();
      const checked = oauth.validateAuthResponse(server, client, answer, state);
      const response = await oauth.authorizationCodeGrantRequest(server, client, clientAuthentication, checked, redirectUri, verifier, request);
      const result = await oauth.processAuthorizationCodeResponse(server, client, response, { expectedNonce: nonce, requireIdToken: true });
      // Not only for its having come by TLS: the signature against the provider's keys, too.
      await oauth.validateApplicationLevelSignature(server, response, request);
      return { ...oauth.getValidatedIdTokenClaims(result) };
    } catch (error) {
      throw new SignInRefused(error instanceof Error ? `${error.message}${error.cause instanceof Error ? `: ${error.cause.message}` : ''}` : 'unknown reason', { cause: error });
    }
  }
}
