import { DialledSession } from '../../../../agent/session/dialled-session.js';
import { certificateOnly } from '../../../../agent/transport/authorization.js';
import { dial, type DialTarget } from '../../../../agent/transport/dial.js';
import { systemClock } from '../../../../agent/system-clock.js';
import type { OperationExecutor, SessionLimits, SessionLog } from '../../../../protocol/session/contract.js';
import { quietLog } from './quiet-log.js';

export const noConnectors: OperationExecutor = {
  connectorInfos: async () => [],
  facadeFor: async () => { throw new Error('no connectors here'); },
};

export function target(url: string, more: Partial<DialTarget> = {}): DialTarget {
  return { url: new URL(url), tls: {}, authorization: certificateOnly, connectTimeout: 5000, maxFrameBytes: 1_048_576, userAgent: 'test', ...more };
}

export interface TestSession {
  readonly session: DialledSession;
  readonly done: Promise<void>;
  stop(): Promise<void>;
}

/** An agent's session towards one controller, with short times. */
export function startSession(dialTarget: DialTarget, options: { readonly sockets?: number; readonly connectionTtl?: number; readonly executor?: OperationExecutor; readonly log?: SessionLog; readonly backoffCap?: number; readonly limits?: Partial<SessionLimits> } = {}): TestSession {
  const sockets = options.sockets ?? 1;
  const session = new DialledSession({
    url: dialTarget.url.href,
    plan: { sockets, maxSockets: sockets + 1, connectionTtl: options.connectionTtl ?? 0, stagger: 20 },
    backoff: { base: 50, cap: options.backoffCap ?? 500 },
    retireTimeout: 5000, limits: options.limits ?? {},
    executor: options.executor ?? noConnectors, clock: systemClock, log: options.log ?? quietLog,
    dial: (stop) => dial(dialTarget, stop),
  });
  const stop = new AbortController();
  const done = session.run(stop.signal);
  done.catch(() => undefined);
  return { session, done, stop: async () => { stop.abort('stopping'); await done.catch(() => undefined); } };
}
