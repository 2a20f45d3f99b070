import type { RequestHandler } from '../../crest/request.js';
import { badRequest, notSupported } from '../../crest/resource-error.js';
import type { AuthenticationAudit } from './authentication-audit.js';
import { SESSION_COOKIE, setCookie } from './cookies.js';
import type { Sessions } from './sessions.js';

export interface AuthenticationRequestParts {
  readonly sessions: Sessions;
  readonly audit: AuthenticationAudit;
  /** Where a browser ends its session with the identity provider; undefined without such a place. */
  endSessionUrl(): Promise<string | undefined>;
  readonly secure: boolean;
}

/**
 * `POST /authentication?_action=login` with a password opens a session and answers who it is of; `?_action=logout` ends the
 * session of the cookie, here and, where `endSessionUrl` is in the answer, at the identity provider once a browser goes there.
 */
export function authenticationRequests({ sessions, audit, endSessionUrl, secure }: AuthenticationRequestParts): RequestHandler {
  return async (request, context) => {
    if (request.kind !== 'action' || request.path.length > 0) throw notSupported('authentication knows the actions login and logout');
    const { session } = context;
    switch (request.action.toLowerCase()) {
      case 'login': return { kind: 'action', content: { success: true, authenticationId: context.caller, roles: [...context.roles ?? []] } };
      case 'logout': {
        context.setCookie?.(setCookie(SESSION_COOKIE, '', { path: '/', sameSite: 'Strict', secure, maxAge: 0 }));
        if (session === undefined) return { kind: 'action', content: { success: true } };
        await sessions.end({ id: session.id, endsAt: session.endsAt });
        audit.record({ result: 'SUCCESSFUL', event: 'LOGOUT', principal: context.caller, method: session.method, from: context.from, transactionId: context.transactionId });
        const url = session.method === 'oidc' ? await endSessionUrl() : undefined;
        return { kind: 'action', content: { success: true, ...(url === undefined ? {} : { endSessionUrl: url }) } };
      }
      default: throw badRequest(`Unknown action ${request.action}: expected login or logout`);
    }
  };
}
