import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../../log.js';
import type { AuthenticationAudit } from '../session/authentication-audit.js';
import { cookieOf, setCookie } from '../session/cookies.js';
import { sessionCookie } from '../session/cookie-sessions.js';
import { isSecure } from '../session/own-origin.js';
import type { Sessions } from '../session/sessions.js';
import type { OidcSignIn } from './oidc-sign-in.js';

export interface OidcPages {
  answer(name: 'oidc/begin' | 'oidc/return', message: IncomingMessage, response: ServerResponse): Promise<void>;
}

export interface OidcPageParts {
  readonly signIn: OidcSignIn;
  readonly sessions: Sessions;
  readonly audit: AuthenticationAudit;
  readonly publicUrl: URL;
  readonly log: Log;
}

const ATTEMPT_COOKIE = 'console-sign-in';
/** Below it the browser keeps what an attempt has to remember; nothing else gets to see it. */
const PATH = '/console/oidc/';

/**
 * Begins a sign-in at the identity provider, and ends it when the browser comes back. The attempt's cookie has to come along from
 * another site's page, so it is Lax; the session's is Strict, and the page that the last redirect leads to asks who it is itself.
 */
export function oidcPages({ signIn, sessions, audit, publicUrl, log }: OidcPageParts): OidcPages {
  const attemptCookie = (message: IncomingMessage, value: string, maxAge: number): string => setCookie(ATTEMPT_COOKIE, value, { path: PATH, sameSite: 'Lax', secure: isSecure(message, publicUrl), maxAge });
  const go = (response: ServerResponse, to: string, cookies: readonly string[] = []): void => {
    response.statusCode = 302;
    response.setHeader('Location', to);
    for (const cookie of cookies) response.appendHeader('Set-Cookie', cookie);
    response.end();
  };
  const failed = (response: ServerResponse, reason: string, cookies: readonly string[] = []): void => go(response, `/console/?sign-in=${reason}`, cookies);
  return {
    async answer(name, message, response) {
      if (name === 'oidc/begin') {
        const begun = await signIn.begin().catch((error: unknown) => {
          log.error({ err: error }, 'the identity provider cannot be used');
          return undefined;
        });
        if (begun === undefined) return failed(response, 'unavailable');
        return go(response, begun.url, [attemptCookie(message, begun.cookie, begun.seconds)]);
      }
      const over = attemptCookie(message, '', 0);
      const from = message.socket.remoteAddress;
      try {
        const user = await signIn.finish(new URL(message.url ?? '/', publicUrl).searchParams, cookieOf(message, ATTEMPT_COOKIE));
        const cookie = await sessions.open({ ...user, method: 'oidc' });
        audit.record({ result: 'SUCCESSFUL', event: 'LOGIN', principal: user.name, method: 'oidc', from });
        return go(response, '/console/', [over, sessionCookie(message, cookie, publicUrl)]);
      } catch (error) {
        audit.record({ result: 'FAILED', event: 'LOGIN', principal: '', method: 'oidc', from, reason: error instanceof Error ? error.message : 'unknown reason' });
        return failed(response, 'refused', [over]);
      }
    },
  };
}
