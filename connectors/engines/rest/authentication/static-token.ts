import type { GuardedString } from '../../../../protocol/model/index.js';
import type { HttpAuthentication } from '../../http/http-authentication.js';
import { tokenHeader } from '../../http/oauth-tokens.js';

export interface StaticTokenSettings {
  readonly token: GuardedString;
  /** Before the token; blank: nothing is. @default Bearer in `authorization`, nothing in another header */
  readonly prefix?: string | null | undefined;
  /** @default authorization */
  readonly header?: string | undefined;
}

/** A token that does not change, such as an API key. Requests reject with `invalidCredential` where no header can hold it. */
export function staticToken({ token, prefix, header = 'authorization' }: StaticTokenSettings): HttpAuthentication {
  const name = header.toLowerCase();
  const before = prefix ?? (name === 'authorization' ? 'Bearer' : '');
  return { headers: async () => new Map([[name, tokenHeader(before, token.reveal())]]), answered: async () => false };
}
