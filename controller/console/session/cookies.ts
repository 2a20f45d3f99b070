import type { IncomingMessage } from 'node:http';

/** The original's name, so that its clients find it. */
export const SESSION_COOKIE = 'session-jwt';
/** Longer ones are none of ours. */
const LONGEST = 4_096;

/** The value of a cookie of a request; undefined without one, and when there are two: somebody else may have set one of them. */
export function cookieOf({ headers }: Pick<IncomingMessage, 'headers'>, name: string): string | undefined {
  const found = (headers.cookie ?? '').split(';').map((pair) => pair.trim()).filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1));
  const [value] = found;
  return found.length === 1 && value !== undefined && value !== '' && value.length <= LONGEST ? value : undefined;
}

export interface CookieForm {
  readonly path: string;
  readonly sameSite: 'Strict' | 'Lax';
  readonly secure: boolean;
  /** Seconds; 0 takes it away; undefined: until the browser is closed. */
  readonly maxAge?: number | undefined;
}

/** A Set-Cookie header that no script can read (RFC 6265 section 4.1). */
export function setCookie(name: string, value: string, { path, sameSite, secure, maxAge }: CookieForm): string {
  return [`${name}=${value}`, `Path=${path}`, ...(maxAge === undefined ? [] : [`Max-Age=${maxAge}`]), 'HttpOnly', `SameSite=${sameSite}`, ...(secure ? ['Secure'] : [])].join('; ');
}
