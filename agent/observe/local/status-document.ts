import type { AgentStatus } from '../../agent.js';
import type { OperationWatch, OperationsStatus } from '../watch/operation-watch.js';
import type { ThroughputStatus } from '../watch/throughput.js';
import type { SystemStatus } from '../watch/watched-systems.js';

/** What `/status` tells: all that `/readyz` does, and what the agent is doing. Names and counts, never a value, never a secret. Times are ISO 8601. */
export interface StatusDocument extends AgentStatus {
  /** When this was so. */
  readonly time: string;
  readonly agent: AgentFacts;
  /** Used last first, at most 100. */
  readonly systems: readonly SystemStatus[];
  readonly operations: OperationsStatus;
  readonly throughput: ThroughputStatus;
}

export interface AgentFacts {
  readonly name: string;
  readonly hostId: string | undefined;
  readonly version: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly uptimeSeconds: number;
}

export interface StatusParts {
  readonly name: string;
  readonly hostId: string | undefined;
  readonly version: string;
  readonly watch: OperationWatch;
  readonly status: () => AgentStatus;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** Makes the document anew at each call; the agent counts as started when this is called first of all. */
export function statusDocument({ name, hostId, version, watch, status, now = Date.now }: StatusParts): () => StatusDocument {
  const started = now();
  return () => {
    const time = now();
    return {
      time: new Date(time).toISOString(),
      agent: { name, hostId, version, pid: process.pid, startedAt: new Date(started).toISOString(), uptimeSeconds: Math.max(0, Math.floor((time - started) / 1000)) },
      ...status(), systems: watch.systems(), operations: watch.operations(), throughput: watch.throughput(),
    };
  };
}
