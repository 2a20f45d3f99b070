import { join } from 'node:path';
import type { Clock, SessionLog } from '../../protocol/session/contract.js';
import type { AuditEvent, AuditLog } from '../audit/audit-log.js';
import type { AgentConfig } from '../config/agent-config.js';
import type { CertificateSource } from './certificate-source.js';
import { EnrolledIdentity } from './enrolled-identity.js';
import type { EnrolmentRoute } from './enrolment-client.js';
import { IdentityKeeper } from './identity-keeper.js';
import { IdentityStore } from './identity-store.js';

/** From configuration to the parts of enrolment. */

/** Where the identity lies. */
export function identityDirectory({ agent }: Pick<AgentConfig, 'agent'>): string {
  return join(agent.stateDirectory, 'identity');
}

export function routeTo({ enrolment, proxy }: Pick<AgentConfig, 'enrolment' | 'proxy'>, url: string): EnrolmentRoute {
  return { url, timeout: enrolment.timeout, serverName: enrolment.serverName, proxy: enrolment.proxy ?? proxy };
}

/** What gets certificates of the authority in `enrolment.acme`; undefined without one. Loaded when it is used. */
export function acmeOf(config: Pick<AgentConfig, 'agent' | 'enrolment' | 'proxy'>, store: IdentityStore, { version, onLeftBehind }: { readonly version: string; onLeftBehind(problem: string): void }): (() => Promise<CertificateSource>) | undefined {
  const { agent, enrolment: { acme, proxy = config.proxy } } = config;
  if (acme === undefined) return undefined;
  return async () => {
    const { acmeSource } = await import('./acme/acme-source.js');
    return acmeSource({ config: acme, store, stateDirectory: agent.stateDirectory, proxy, userAgent: `Causeway/${version}`, now: Date.now, onLeftBehind });
  };
}

export interface EnrolmentHooks {
  readonly version: string;
  readonly clock: Clock;
  readonly log: SessionLog;
  readonly audit: Pick<AuditLog, 'event'>;
  /** Connections made before now show something old. */
  onRenewed(): void;
  /** Another identity is there: what was refused before may be accepted now, and open connections show the old one. */
  onReplaced(): void;
}

/** The identity that connections show, and what keeps it alive. */
export interface Enrolment {
  readonly identity: EnrolledIdentity;
  readonly keeper: IdentityKeeper;
}

export function enrolmentOf(config: AgentConfig, { version, clock, log, audit: auditLog, onRenewed, onReplaced }: EnrolmentHooks): Enrolment {
  const store = new IdentityStore(identityDirectory(config));
  const audit = (event: AuditEvent): void => void auditLog.event(event);
  const identity = new EnrolledIdentity({ store, clock, log, audit });
  const keeper = new IdentityKeeper({
    store, identity, clock, log, audit, name: config.agent.name, now: Date.now, trustInterval: config.enrolment.trustInterval,
    routeTo: (url) => routeTo(config, url), onRenewed, onReplaced,
    acme: acmeOf(config, store, { version, onLeftBehind: (problem) => { log.warn({ problem }, 'A DNS record of an ACME challenge was left behind.'); } }),
  });
  return { identity, keeper };
}
