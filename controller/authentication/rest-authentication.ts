import type { IncomingMessage } from 'node:http';
import { networkOf } from '../enrolment/failure-limit.js';
import { extendedValue } from '../crest/headers.js';
import { QueryParameters } from '../crest/query-parameters.js';
import type { RequestTarget } from '../crest/request-path.js';
import { ResourceError, unavailable } from '../crest/resource-error.js';
import type { Authenticate, Caller } from '../crest/server.js';
import type { Log } from '../log.js';
import { ADMIN_ROLE, isAllowed } from './access-rules.js';
import { basicCredentials, bearerToken, type Credentials } from './basic-credentials.js';
import type { TokenVerifier } from './bearer-tokens.js';
import { SignInLimit } from './sign-in-limit.js';
import { TooManyChecks, type User, type UserStore } from './user-store.js';

/** Sessions in cookies, where there are any. */
export interface CookieSessions {
  /** The caller of the request's cookie, its next value in `cookies`; undefined when it has none that counts. Throws 403 for one that another site's page has sent. */
  caller(message: IncomingMessage): Promise<Caller | undefined>;
  /** Who has shown a password, with the cookie of a new session unless it is not wanted. */
  opened(message: IncomingMessage, user: User, isSignIn: boolean): Promise<Caller>;
  refused(message: IncomingMessage, name: string, reason: string): void;
}

export interface RestAuthenticationParts {
  readonly users: UserStore;
  readonly verifyToken?: TokenVerifier | undefined;
  readonly sessions?: CookieSessions | undefined;
  readonly limit?: SignInLimit | undefined;
  readonly log: Log;
}

type Parts = RestAuthenticationParts & { readonly limit: SignInLimit };

/**
 * Who calls: `X-OpenIDM-Username` and `X-OpenIDM-Password`, `Authorization: Basic`, a bearer token, or the cookie of a session;
 * and whether the roles of that one allow it. No Basic challenge is sent, so that a browser never adds credentials of its own accord.
 */
export function restAuthentication(given: RestAuthenticationParts): Authenticate {
  const parts: Parts = { ...given, limit: given.limit ?? new SignInLimit() };
  return async (message, method, target) => {
    if (isPing(method, target)) return { name: 'anonymous' };
    checkForgery(message, method, target);
    const parameters = new QueryParameters(target.search);
    const caller = await identify(parts, message, isSignIn(method, target));
    // Access rules of the original: raw expressions are for internal callers only.
    if (parameters.has('_queryExpression')) throw new ResourceError(403, 'Access denied');
    if (!isAllowed(caller.roles ?? [], { method, path: target.path, action: parameters.get('_action') })) throw new ResourceError(403, 'Access denied');
    return caller;
  };
}

function isPing(method: string, { path }: RequestTarget): boolean {
  return method === 'GET' && path.length === 2 && path[0] === 'info' && path[1] === 'ping';
}

/** Told apart from a request that happens to bring a password. */
function isSignIn(method: string, { path }: RequestTarget): boolean {
  return method === 'POST' && path.length === 1 && path[0] === 'authentication';
}

/** Anything but a plain read needs a header that another site's form cannot send. */
function checkForgery(message: IncomingMessage, method: string, { search }: RequestTarget): void {
  const isPlainRead = method === 'GET' && !/(^|&)_query/i.test(search);
  const isGuarded = ['x-requested-with', 'authorization', 'x-openidm-username'].some((name) => message.headers[name] !== undefined);
  if (!isPlainRead && !isGuarded) throw new ResourceError(403, 'Access denied');
}

async function identify(parts: Parts, message: IncomingMessage, isSigningIn: boolean): Promise<Caller> {
  const token = bearerToken(message.headers.authorization);
  if (token !== undefined && parts.verifyToken !== undefined) return byToken(parts, parts.verifyToken, token);
  const credentials = headerCredentials(message) ?? basicCredentials(message.headers.authorization);
  if (credentials === undefined) return await byCookie(parts, message) ?? refuse();
  const user = await check(parts, message, credentials);
  if (user === undefined) {
    parts.log.warn({ user: credentials.name, from: message.socket.remoteAddress }, 'login refused');
    parts.sessions?.refused(message, credentials.name, 'wrong name or password');
    return refuse();
  }
  return parts.sessions === undefined ? { name: user.name, roles: user.roles } : parts.sessions.opened(message, user, isSigningIn);
}

function refuse(): never {
  throw new ResourceError(401, 'Access Denied');
}

/** Credentials that are given, wrong ones too, are never made up for by a cookie. */
async function byCookie({ sessions }: Parts, message: IncomingMessage): Promise<Caller | undefined> {
  const isTried = message.headers.authorization !== undefined || message.headers['x-openidm-username'] !== undefined;
  return isTried ? undefined : sessions?.caller(message);
}

async function check({ users, limit }: Parts, message: IncomingMessage, { name, password }: Credentials): ReturnType<UserStore['authenticate']> {
  const network = networkOf(message.socket.remoteAddress ?? '');
  const wait = limit.wait(network, name);
  if (wait > 0) throw new ResourceError(429, `Too many wrong passwords. Try again in ${wait} seconds.`);
  try {
    const user = await users.authenticate(name, password);
    if (user === undefined) limit.failed(network, name);
    else limit.succeeded(network, name);
    return user;
  } catch (error) {
    if (error instanceof TooManyChecks) throw unavailable('Too many logins at once, try again');
    throw error;
  }
}

async function byToken(parts: Parts, verify: TokenVerifier, token: string): Promise<Caller> {
  try {
    return { name: await verify(token), roles: [ADMIN_ROLE] };
  } catch (error) {
    parts.log.warn({ reason: error instanceof Error ? error.message : 'unknown' }, 'bearer token refused');
    return refuse();
  }
}

function headerCredentials(message: IncomingMessage): Credentials | undefined {
  const name = extendedValue(message.headers['x-openidm-username']);
  const password = extendedValue(message.headers['x-openidm-password']);
  return name === undefined || password === undefined ? undefined : { name, password };
}
