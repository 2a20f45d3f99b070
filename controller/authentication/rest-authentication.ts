import type { IncomingMessage } from 'node:http';
import { extendedValue } from '../crest/headers.js';
import { QueryParameters } from '../crest/query-parameters.js';
import type { RequestTarget } from '../crest/request-path.js';
import { ResourceError, unavailable } from '../crest/resource-error.js';
import type { Authenticate } from '../crest/server.js';
import type { Log } from '../log.js';
import { basicCredentials, bearerToken, type Credentials } from './basic-credentials.js';
import type { TokenVerifier } from './bearer-tokens.js';
import { TooManyChecks, type UserStore } from './user-store.js';

/** The role that may use the whole API. */
export const ADMIN_ROLE = 'openidm-admin';

export interface RestAuthenticationParts {
  readonly users: UserStore;
  readonly verifyToken?: TokenVerifier | undefined;
  readonly log: Log;
}

/**
 * Who calls: `X-OpenIDM-Username` and `X-OpenIDM-Password`, `Authorization: Basic`, or a bearer token. There are no
 * sessions and no cookies, and no Basic challenge is sent, so that a browser never adds credentials of its own accord.
 */
export function restAuthentication(parts: RestAuthenticationParts): Authenticate {
  return async (message, method, target) => {
    if (isPing(method, target)) return 'anonymous';
    checkForgery(message, method, target);
    const parameters = new QueryParameters(target.search);
    const caller = await identify(parts, message);
    // Access rules of the original: raw expressions are for internal callers only.
    if (parameters.has('_queryExpression')) throw new ResourceError(403, 'Access denied');
    return caller;
  };
}

function isPing(method: string, { path }: RequestTarget): boolean {
  return method === 'GET' && path.length === 2 && path[0] === 'info' && path[1] === 'ping';
}

/** Anything but a plain read needs a header that another site's form cannot send. */
function checkForgery(message: IncomingMessage, method: string, { search }: RequestTarget): void {
  const isPlainRead = method === 'GET' && !/(^|&)_query/i.test(search);
  const isGuarded = ['x-requested-with', 'authorization', 'x-openidm-username'].some((name) => message.headers[name] !== undefined);
  if (!isPlainRead && !isGuarded) throw new ResourceError(403, 'Access denied');
}

async function identify(parts: RestAuthenticationParts, message: IncomingMessage): Promise<string> {
  const token = bearerToken(message.headers.authorization);
  if (token !== undefined && parts.verifyToken !== undefined) return byToken(parts, parts.verifyToken, token);
  const credentials = headerCredentials(message) ?? basicCredentials(message.headers.authorization);
  if (credentials === undefined) throw new ResourceError(401, 'Access Denied');
  const user = await check(parts, credentials);
  if (user === undefined) {
    parts.log.warn({ user: credentials.name, from: message.socket.remoteAddress }, 'login refused');
    throw new ResourceError(401, 'Access Denied');
  }
  if (!user.roles.includes(ADMIN_ROLE)) throw new ResourceError(403, 'Access denied');
  return user.name;
}

async function check({ users }: RestAuthenticationParts, { name, password }: Credentials): ReturnType<UserStore['authenticate']> {
  try {
    return await users.authenticate(name, password);
  } catch (error) {
    if (error instanceof TooManyChecks) throw unavailable('Too many logins at once, try again');
    throw error;
  }
}

async function byToken(parts: RestAuthenticationParts, verify: TokenVerifier, token: string): Promise<string> {
  try {
    return await verify(token);
  } catch (error) {
    parts.log.warn({ reason: error instanceof Error ? error.message : 'unknown' }, 'bearer token refused');
    throw new ResourceError(401, 'Access Denied');
  }
}

function headerCredentials(message: IncomingMessage): Credentials | undefined {
  const name = extendedValue(message.headers['x-openidm-username']);
  const password = extendedValue(message.headers['x-openidm-password']);
  return name === undefined || password === undefined ? undefined : { name, password };
}
