import type { GuardedString } from '../../../../protocol/model/index.js';
import { BasicAuthentication, basicAuthorization, type HttpAuthentication } from '../../http/http-authentication.js';

/** RFC 7617, with the first request already. */
export function basic({ user, password }: { readonly user: string; readonly password: GuardedString | null }): HttpAuthentication {
  return new BasicAuthentication(() => basicAuthorization(user, password?.reveal() ?? ''), { preemptive: true });
}
