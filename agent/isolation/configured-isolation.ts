import type { Clock, SessionLog } from '../../protocol/session/contract.js';
import type { AgentConfig } from '../config/agent-config.js';
import type { Isolation } from './isolation.js';

/** Undefined where every connector runs in the agent's own process; then nothing of this is loaded. */
export async function configuredIsolation({ isolation: settings, session, log: { level }, agent, scripts }: AgentConfig, { clock, log }: { readonly clock: Clock; readonly log: SessionLog }): Promise<Isolation | undefined> {
  if (settings === undefined) return undefined;
  const { Isolation } = await import('./isolation.js');
  return new Isolation({ settings, maxFrameBytes: session.maxFrameSize, debug: level === 'debug' || level === 'trace', coreDumps: agent.coreDumps, scripts, clock, log });
}
