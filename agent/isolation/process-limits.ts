import type { SessionLimits } from '../../protocol/session/contract.js';

/** Both ends of a pipe live and die together: nothing has to be found out by waiting. Milliseconds. */
const HARDLY_EVER = 3_600_000;
/** What is taken on at a time is the agent's decision, and made before. */
const ANY_NUMBER = 1_000_000;

/** Limits of the session between the agent and a process of its own. */
export function processLimits({ maxFrameBytes }: { readonly maxFrameBytes: number }): Partial<SessionLimits> {
  return {
    maxFrameBytes, maxConcurrentRequests: ANY_NUMBER, maxQueuedRequests: 0,
    heartbeatInterval: HARDLY_EVER, groupCheckInterval: HARDLY_EVER,
  };
}
