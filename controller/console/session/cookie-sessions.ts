import type { IncomingMessage } from 'node:http';
import type { CookieSessions } from '../../authentication/rest-authentication.js';
import { ResourceError } from '../../crest/resource-error.js';
import type { AuthenticationAudit } from './authentication-audit.js';
import { SESSION_COOKIE, cookieOf, setCookie } from './cookies.js';
import { isOwnOrigin, isSecure } from './own-origin.js';
import type { Session, Sessions } from './sessions.js';

export interface CookieSessionParts {
  readonly sessions: Sessions;
  readonly audit: AuthenticationAudit;
  /** Where browsers find the console, when that is not where it listens. */
  readonly publicUrl: URL | undefined;
}

/** The session's cookie: only ever sent from pages of this origin. */
export function sessionCookie(message: IncomingMessage, value: string, publicUrl: URL | undefined): string {
  return setCookie(SESSION_COOKIE, value, { path: '/', sameSite: 'Strict', secure: isSecure(message, publicUrl), ...(value === '' ? { maxAge: 0 } : {}) });
}

/** Sessions of the REST API; `X-OpenIDM-NoSession: true` asks for none. */
export function cookieSessions({ sessions, audit, publicUrl }: CookieSessionParts): CookieSessions {
  const read = async (message: IncomingMessage): Promise<Session | undefined> => {
    const value = cookieOf(message, SESSION_COOKIE);
    return value === undefined ? undefined : sessions.read(value);
  };
  return {
    async caller(message) {
      const session = await read(message);
      if (session === undefined) return undefined;
      if (!isOwnOrigin(message, publicUrl)) throw new ResourceError(403, 'Access denied');
      const next = await sessions.refreshed(session);
      const { name, roles } = session;
      return { name, roles, session, ...(next === undefined ? {} : { cookies: [sessionCookie(message, next, publicUrl)] }) };
    },
    async opened(message, { name, roles }, isSignIn) {
      const from = message.socket.remoteAddress;
      if (isSignIn) audit.record({ result: 'SUCCESSFUL', event: 'LOGIN', principal: name, method: 'password', from });
      const isUnwanted = String(message.headers['x-openidm-nosession'] ?? '').toLowerCase() === 'true';
      if (isUnwanted || (!isSignIn && (await read(message))?.name === name)) return { name, roles };
      const value = await sessions.open({ name, roles, method: 'password' });
      return { name, roles, cookies: [sessionCookie(message, value, publicUrl)] };
    },
    refused(message, principal, reason) {
      audit.record({ result: 'FAILED', event: 'LOGIN', principal, method: 'password', from: message.socket.remoteAddress, reason });
    },
  };
}
