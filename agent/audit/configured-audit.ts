import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Clock, SessionLog } from '../../protocol/session/contract.js';
import type { AgentConfig } from '../config/agent-config.js';
import type { AuditConfig } from '../config/audit-settings.js';
import { NO_AUDIT, type AuditLog } from './audit-log.js';
import type { AuditParts } from './audited-operation.js';
import { AuthenticationAudit } from './authentication-audit.js';
import { openAuditLog } from './open-audit-log.js';
import { OperationsUnderWay } from './operations-under-way.js';
import type { Sink } from './shipping/sink.js';

const DEFAULT_PORTS = { tls: 6514, tcp: 601, udp: 514 } as const;

/** The audit of an agent: the log, and what feeds it. */
export interface AgentAudit {
  readonly log: AuditLog;
  /** For operations; undefined when the audit log is switched off, so that nothing is spent on it. */
  readonly parts: AuditParts | undefined;
  readonly authentication: AuthenticationAudit;
  /** Writes the last line and closes. Never rejects. */
  close(): Promise<void>;
}

export function auditDirectoryOf({ audit, agent }: Pick<AgentConfig, 'audit' | 'agent'>): string {
  return audit.directory ?? join(agent.stateDirectory, 'audit');
}

/** Opens the audit log as configured. Rejects when it cannot be had: an agent that must audit does not start without. */
export async function openAgentAudit(config: AgentConfig, { clock, log, version }: { readonly clock: Clock; readonly log: SessionLog; readonly version: string }): Promise<AgentAudit> {
  const { audit, agent } = config;
  if (!audit.enabled) return { log: NO_AUDIT, parts: undefined, authentication: new AuthenticationAudit(NO_AUDIT, clock), close: () => Promise.resolve() };
  const opened = await openAuditLog({
    ...audit, directory: auditDirectoryOf(config), retention: audit, clock, log,
    origin: { agent: agent.name, host: agent.hostId ?? hostname(), version },
    shipping: await Promise.all(audit.shipping.map(async ({ name, content, ...place }) => ({ name, content, sink: await sinkOf(place) }))),
  });
  const underWay = new OperationsUnderWay(clock);
  const authentication = new AuthenticationAudit(opened, clock);
  opened.onTick(() => {
    underWay.tell(opened);
    authentication.flush();
  });
  await opened.event({ kind: 'agent-started', detail: { agent: agent.name, version, pid: process.pid } });
  return {
    log: opened, parts: { audit: opened, underWay, clock }, authentication,
    close: async () => {
      void opened.event({ kind: 'agent-stopped', detail: { pid: process.pid, operationsUnderWay: underWay.size } });
      await opened.close();
    },
  };
}

/** Loaded only where lines are shipped. */
async function sinkOf({ syslog, file }: Pick<AuditConfig['shipping'][number], 'syslog' | 'file'>): Promise<Sink> {
  if (syslog === undefined) return (await import('./shipping/second-file.js')).secondFile(file ?? '');
  const { host, protocol, facility, tls } = syslog;
  const port = syslog.port ?? DEFAULT_PORTS[protocol];
  if (protocol === 'udp') return (await import('./shipping/syslog-udp.js')).syslogUdp({ host, port, facility });
  return (await import('./shipping/syslog-stream.js')).syslogStream({ host, port, facility, tls: protocol === 'tls' ? tls ?? {} : undefined });
}
