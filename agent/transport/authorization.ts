import type { SecretReference } from '../config/secret-reference.js';
import { DialError } from '../session/failure-policy.js';

/** How one controller is told who we are, besides the TLS client certificate. */
export interface Authorization {
  /** Value of the Authorization header; undefined for none. Every wait honours the signal. */
  header(signal: AbortSignal): Promise<string | undefined>;
  /** The controller answered 401 to the header `sent`: forget it. True when a fresh one may do better. */
  refused(sent: string | undefined): boolean;
}

/** The client certificate says it all. */
export const certificateOnly: Authorization = { header: async () => undefined, refused: () => false };

/** Basic `principal:password`, encoded in ISO-8859-1 as Java peers read it (protocol section 1.3). */
export function basicAuthorization(principal: string, password: SecretReference): Authorization {
  return {
    async header() {
      const clear = (await password.resolve()).reveal();
      const text = `${principal}:${clear}`;
      // Looks for what must not be there: V8 keeps the text of the last match (RegExp.$_), and would keep the secret with it.
      if (/[^\u0000-\u00ff]/.test(text)) throw new DialError('auth: principal and password must not hold characters outside ISO-8859-1; a Java peer could not read them.', { pace: 'slow' });
      return `Basic ${Buffer.from(text, 'latin1').toString('base64')}`;
    },
    refused: () => false,
  };
}
