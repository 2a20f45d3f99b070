import type { PermitTarget } from '../../../protocol/model/index.js';
import type { Clock } from '../../framework/clock.js';
import type { ConnectorLog } from '../../framework/spi.js';
import type { TargetWaits } from '../../framework/target-waits.js';
import type { TargetTraffic } from '../../framework/traffic.js';
import type { HttpAnswer } from './http-client.js';
import type { HttpAuthentication } from './http-authentication.js';
import type { RetryPolicy } from './http-retry.js';
import type { Throttle } from './limits/throttle.js';

/** PEM, or PKCS#12 with one key. */
export type ClientCertificate = { readonly cert: string; readonly key: string; readonly passphrase?: string } | { readonly pfx: Buffer; readonly passphrase: string };

export interface HttpSettings {
  /** Where relative addresses begin; undefined: there are none. */
  readonly address?: URL | undefined;
  readonly proxy?: { readonly address: URL; readonly authorization?: string | undefined } | undefined;
  /** Of each request, unless it has its own; by name. */
  readonly headers?: ReadonlyMap<string, string> | undefined;
  readonly authentication: HttpAuthentication;
  /** Connections to one server at a time; further requests wait. @default 20 */
  readonly connections?: number | undefined;
  /** Milliseconds. @default 10,000 to connect; 60,000 until the head of the answer, and between two parts of it */
  readonly timeouts?: { readonly connect?: number | undefined; readonly answer?: number | undefined } | undefined;
  /** Milliseconds a request may wait, in all, for a server that is too busy for it and says for how long. @default 0 */
  readonly patience?: number | undefined;
  /** Asked before each request to the server of `address` that is not bare: see ./limits/target-limits.ts. */
  readonly throttle?: Throttle | undefined;
  /** PEM of authorities to trust besides Node's and the system's. */
  readonly certificates?: readonly string[] | undefined;
  /** For servers that ask for one. */
  readonly clientCertificate?: ClientCertificate | undefined;
  /** Takes a server's certificate that is its own authority, whatever names it holds. For development. @default false */
  readonly acceptsSelfSigned?: boolean | undefined;
  /** Takes a server's certificate for any name, as long as its authority is trusted. For development. @default false */
  readonly ignoresServerName?: boolean | undefined;
  /** Whether answers may be compressed. @default true */
  readonly compression?: boolean | undefined;
  /** Left out: what failed on its way is not repeated. */
  readonly retry?: RetryPolicy | undefined;
  /** Whether an answer says what 429 says, with another status from 400 to 499: it counts as 429 then. */
  readonly isThrottled?: ((answer: HttpAnswer) => boolean) | undefined;
  /** For pauses. @default the system's */
  readonly clock?: Clock | undefined;
  readonly permitTarget?: PermitTarget | undefined;
  /** Records, answers or stops requests; of the connector's `OpenContext`. */
  readonly traffic?: TargetTraffic | undefined;
  /** Told of pauses after 429 and 503; of the connector's `OpenContext`. The throttle tells of its own. */
  readonly waits?: TargetWaits | undefined;
  /** What whoever runs this should know, besides errors. */
  readonly log?: Pick<ConnectorLog, 'warn'> | undefined;
}

export function portOf(url: URL): number {
  return url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
}
