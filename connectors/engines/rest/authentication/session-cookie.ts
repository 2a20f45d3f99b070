import { ConnectorError } from '../../../../protocol/model/index.js';
import type { Clock } from '../../../framework/clock.js';
import { NO_CREDENTIALS, type Credentials, type HttpAuthentication } from '../../http/http-authentication.js';
import type { HttpAnswer, HttpRequest } from '../../http/http-client.js';
import { RenewedValue } from '../../http/renewed-value.js';
import { askForToken, type TokenClient } from '../../http/token-answer.js';

export interface SessionCookieSettings {
  readonly client: TokenClient;
  /** Fires when the configuration is given up. */
  readonly over: AbortSignal;
  /** The request that logs in; made anew each time, as it holds secrets. */
  readonly logIn: () => Omit<HttpRequest, 'bare'>;
  /** What the cookies of a session are called. @default whatever the answer sets */
  readonly cookies?: readonly string[] | undefined;
  /** Further headers of a session, out of the answer: a token against forged requests, say. Names in lower case. */
  readonly alsoSent?: ((answer: HttpAnswer) => Credentials) | undefined;
  /** Seconds a session is good for. @default until it is refused */
  readonly expiresIn?: number | undefined;
  /** Whether an answer means that the session is over. @default status 401 */
  readonly isOver?: ((answer: HttpAnswer) => boolean) | undefined;
  readonly clock?: Clock | undefined;
}

/** Sessions by cookie (RFC 6265): logs in once, sends its cookies, and logs in again and repeats the request once when the session is over. */
export function sessionCookie(settings: SessionCookieSettings): HttpAuthentication {
  const { over, clock, isOver = ({ status }) => status === 401 } = settings;
  const session = new RenewedValue((signal) => logIn(settings, signal), over, clock);
  return {
    headers: (_, signal) => session.get(signal),
    answered: async (answer, used) => {
      const cookie = used.get('cookie');
      if (cookie === undefined || !isOver(answer)) return false;
      session.drop((current) => current.get('cookie') === cookie);
      return true;
    },
  };
}

async function logIn({ client, logIn: request, cookies, alsoSent, expiresIn }: SessionCookieSettings, signal: AbortSignal): Promise<{ readonly value: Credentials; readonly expiresIn: number | undefined }> {
  const asked = request();
  const place = `${asked.url.origin}${asked.url.pathname}`;
  const answer = await askForToken(client, asked, signal);
  const { status } = answer;
  if (status === 429 || status >= 500) throw new ConnectorError('retryable', `No session: ${place} answered ${status}. Try again later.`, { outcome: 'notApplied' });
  const given = status < 400 ? cookiesOf(answer, cookies) : new Map<string, string>();
  if (given.size === 0 || cookies?.some((name) => !given.has(name)) === true) {
    throw new ConnectorError('invalidCredential', `No session: ${place} answered ${status}${status < 400 ? ' without a session\'s cookie' : ''}. Check user name and password.`, { outcome: 'notApplied' });
  }
  const cookie = [...given].map((pair) => pair.join('=')).join('; ');
  return { value: new Map([...alsoSent?.(answer) ?? NO_CREDENTIALS, ['cookie', cookie]]), expiresIn };
}

/** Those that are wanted and not being deleted. By character: they are secrets. */
function cookiesOf({ cookies = [] }: HttpAnswer, wanted: readonly string[] | undefined): Map<string, string> {
  const pairs = cookies.flatMap((text): [string, string][] => {
    const [pair = '', ...attributes] = text.split(';');
    const at = pair.indexOf('=');
    const [name, value] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
    return at < 1 || value === '' || attributes.some(isDeletion) || wanted?.includes(name) === false ? [] : [[name, value]];
  });
  return new Map(pairs);
}

/** `Max-Age=0`, or an `Expires` long ago (RFC 6265, sections 4.1.2.1 and 4.1.2.2). */
function isDeletion(attribute: string): boolean {
  const [name = '', value = ''] = attribute.split('=').map((part) => part.trim().toLowerCase());
  if (name === 'max-age') return Number(value) <= 0;
  return name === 'expires' && Date.parse(value) < Date.UTC(2000, 0);
}
