import type { CertificateJudge } from '../enrolment/certificate-judge.js';
import type { IdentityAudit } from '../enrolment/enrolment-audit.js';
import type { ClientCertificate } from './client-certificate.js';
import { CloneWatch, type CloneCandidate, type CloneSettings } from './clone-watch.js';

/** Close code of a connection whose identity does not count any more: HTTP's 403 among the codes for applications. */
export const IDENTITY_REFUSED = 4403;

/** A peer that was told to go and does not take part in the closing handshake is cut after this. */
const CLOSE_GRACE_MS = 500;
const CLONES_MS = 1_000;
/** Changes are looked at when they happen; this is for what only time changes. */
const REVIEW_MS = 5_000;

/** What has to be known of an open connection of an agent. */
export interface AgentConnection {
  readonly agent: string;
  /** Undefined: it has shown a password or a token. */
  readonly certificate: ClientCertificate | undefined;
  readonly from: string;
  close(code: number, reason: string): void;
  terminate(): void;
}

export interface ConnectionParts {
  readonly judge: CertificateJudge;
  readonly audit: IdentityAudit;
  readonly clones: CloneSettings;
}

/** A process of an agent that is connected to another controller, as that one says. */
export interface ConnectedElsewhere extends Pick<CloneCandidate, 'fingerprint' | 'serial' | 'sessionId' | 'hostId' | 'agent'> {
  readonly controller: string;
}

/** A connection that is watched; told which session it joined, and when it is gone. */
export interface WatchedConnection {
  /** `hostId`: the machine, as the handshake says. */
  joined(sessionId: string, hostId?: string): void;
  gone(): void;
}

/**
 * Every open connection of an agent: what does not count any more is closed, at once when the register or the authorities
 * change. Each connection costs an entry here and a look now and then, nothing per message.
 */
export class AgentConnections {
  readonly #parts: ConnectionParts;
  readonly #open = new Set<AgentConnection>();
  readonly #clones: CloneWatch;
  /** By controller, certificate and session. */
  readonly #elsewhere = new Map<string, CloneCandidate>();
  readonly #timers: readonly NodeJS.Timeout[];

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.#clones = new CloneWatch(parts.clones, (alarm) => parts.audit.record('clone', alarm));
    this.#timers = [setInterval(() => this.review(), REVIEW_MS).unref(), setInterval(() => this.#clones.review(), CLONES_MS).unref()];
  }

  get size(): number {
    return this.#open.size;
  }

  /** Of the certificates that open connections of the agent have shown, the one that lasts longest. */
  shownBy(agent: string): ClientCertificate | undefined {
    const shown = [...this.#open].flatMap((connection) => (connection.agent === agent && connection.certificate !== undefined ? [connection.certificate] : []));
    return shown.reduce<ClientCertificate | undefined>((longest, each) => (longest === undefined || each.notAfter > longest.notAfter ? each : longest), undefined);
  }

  opened(connection: AgentConnection): WatchedConnection {
    this.#open.add(connection);
    let candidate: CloneCandidate | undefined;
    const leave = (): void => {
      this.#open.delete(connection);
      if (candidate !== undefined) this.#clones.left(candidate);
    };
    return {
      joined: (sessionId, hostId) => {
        const { agent, certificate, from } = connection;
        if (certificate === undefined || !this.#open.has(connection)) return;
        const { fingerprint, serial } = certificate;
        candidate = { fingerprint, serial, sessionId, hostId: hostId === undefined ? undefined : printable(hostId), agent, from, close: (reason) => this.#close(connection, reason) };
        this.#clones.joined(candidate);
      },
      gone: leave,
    };
  }

  /** What is connected to other controllers now: a certificate in use here and there is a clone, too. Each controller closes its own. */
  elsewhere(connected: readonly ConnectedElsewhere[]): void {
    const now = new Map(connected.map((each) => [`${each.controller} ${each.fingerprint} ${each.sessionId}`, each]));
    for (const [key, candidate] of [...this.#elsewhere]) {
      if (now.has(key)) continue;
      this.#elsewhere.delete(key);
      this.#clones.left(candidate);
    }
    for (const [key, { controller, hostId, ...each }] of now) {
      if (this.#elsewhere.has(key)) continue;
      const candidate: CloneCandidate = { ...each, hostId: hostId === undefined ? undefined : printable(hostId), from: `controller ${controller}`, isElsewhere: true, close: () => undefined };
      this.#elsewhere.set(key, candidate);
      this.#clones.joined(candidate);
    }
  }

  /** Closes what does not count any more. */
  review(): void {
    for (const connection of this.#open) {
      const reason = this.#fault(connection);
      if (reason !== undefined) this.#close(connection, reason);
    }
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  #fault({ certificate, agent }: AgentConnection): string | undefined {
    if (certificate === undefined) return this.#parts.judge.revokedName(agent);
    const judgement = this.#parts.judge.certificate(certificate, { isNew: false });
    return judgement.counts ? undefined : judgement.reason;
  }

  #close(connection: AgentConnection, reason: string): void {
    if (!this.#open.delete(connection)) return;
    this.#parts.audit.record('closed', { agent: connection.agent, serial: connection.certificate?.serial, from: connection.from, reason });
    connection.close(IDENTITY_REFUSED, reason);
    setTimeout(() => connection.terminate(), CLOSE_GRACE_MS).unref();
  }
}

/** A peer's word for its machine on one line, bounded. */
function printable(hostId: string): string {
  return hostId.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, 128);
}
