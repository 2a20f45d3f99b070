import type { CookieSessions } from '../authentication/rest-authentication.js';
import type { UserStore } from '../authentication/user-store.js';
import type { ControllerConfig } from '../config/controller-config.js';
import { headerValue } from '../configured-telemetry.js';
import type { RequestHandler } from '../crest/request.js';
import type { AnswerPages } from '../crest/server.js';
import type { Log } from '../log.js';
import type { AuditSink } from '../store/audit-log.js';
import type { Database } from '../store/database/database.js';
import { BuiltConsole, type ConsoleFiles } from './console-files.js';
import { consolePages } from './console-pages.js';
import { IdentityProviderSource } from './oidc/identity-provider.js';
import { oidcPages } from './oidc/oidc-pages.js';
import { OidcSignIn } from './oidc/oidc-sign-in.js';
import { AuthenticationAudit } from './session/authentication-audit.js';
import { authenticationRequests } from './session/authentication-requests.js';
import { cookieSessions } from './session/cookie-sessions.js';
import { EndedSessionFile } from './session/ended-sessions.js';
import { sessionKeyFile } from './session/session-keys.js';
import { SharedEndedSessions, sharedSessionKeys } from './session/shared-sessions.js';
import { Sessions } from './session/sessions.js';

/** The console's half in the server: pages, sessions, sign-in. */
export interface ConsolePart {
  readonly pages: AnswerPages;
  readonly sessions: CookieSessions;
  /** `/authentication` of the REST API. */
  readonly authentication: RequestHandler;
  close(): Promise<void>;
}

export interface ConsoleParts {
  readonly database: Database;
  readonly log: Log;
  /** Who signed in is written there. */
  readonly auditSink: AuditSink;
  readonly files?: ConsoleFiles | undefined;
}

/** Where an identity provider sends browsers back to, below `console.url`. */
export const OIDC_RETURN_PATH = '/console/oidc/return';

/** Undefined when the section says so: then there are no pages and no sessions. Nothing is read before somebody signs in. */
export function openConsole(config: Pick<ControllerConfig, 'console' | 'data' | 'fleet' | 'rest'>, users: UserStore, { log, database, auditSink, files = new BuiltConsole() }: ConsoleParts): ConsolePart | undefined {
  const { console: section, data, rest } = config;
  if (!section.enabled) return undefined;
  const publicUrl = section.url === undefined ? undefined : new URL(section.url);
  const isShared = config.fleet !== undefined && database.kind === 'postgresql';
  const [keys, ended] = isShared ? [sharedSessionKeys(database), new SharedEndedSessions(database)] : [sessionKeyFile(data), new EndedSessionFile(data)];
  const audit = new AuthenticationAudit(auditSink, log);
  const sessions = new Sessions({ keys, ended, users, life: section.sessionLife, idle: section.sessionIdle });
  const { oidc: settings } = section;
  const signIn = settings === undefined || publicUrl === undefined ? undefined : new OidcSignIn({
    settings, keys, ended, redirectUri: new URL(OIDC_RETURN_PATH, publicUrl).href,
    provider: new IdentityProviderSource(settings, async () => (settings.clientSecret === undefined ? undefined : headerValue('console.oidc.clientSecret', settings.clientSecret))),
  });
  return {
    pages: consolePages({ files, log, oidc: signIn === undefined || publicUrl === undefined ? undefined : oidcPages({ signIn, sessions, audit, publicUrl, log }) }),
    sessions: cookieSessions({ sessions, audit, publicUrl }),
    authentication: authenticationRequests({
      sessions, audit, secure: rest.tls !== undefined || publicUrl?.protocol === 'https:',
      endSessionUrl: async () => (publicUrl === undefined ? undefined : signIn?.endSessionUrl(new URL('/console/', publicUrl).href).catch(() => undefined)),
    }),
    close: () => audit.close(),
  };
}
