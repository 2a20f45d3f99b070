import type { ConnectorHosts } from '../systems/connector-hosts.js';
import type { TellWebhooks } from './webhook-event.js';

/** Milliseconds. An agent that is back sooner was never gone; a certificate is told of this long before its end. */
const GRACE = 30_000;
const BEFORE_EXPIRY = 14 * 86_400_000;
const LOOK_EVERY = 5_000;
const CERTIFICATES_EVERY = 3_600_000;

export interface AlertParts {
  readonly hosts: Pick<ConnectorHosts, 'all'>;
  /** Seconds since 1970, by what the certificate is for. */
  readonly certificates: () => Promise<ReadonlyMap<string, number>>;
  readonly tell: TellWebhooks;
  readonly now?: () => number;
}

interface Seen { isThere: boolean; goneSince: number | undefined; toldAt: number | undefined }

/** Watches what nobody else tells of: agents that go and come back, certificates that are about to expire. */
export class AlertWatch {
  readonly #parts: AlertParts;
  readonly #agents = new Map<string, Seen>();
  #certificatesAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(parts: AlertParts) {
    this.#parts = parts;
  }

  start(): void {
    const again = (): void => {
      void this.look().finally(() => { if (!this.#isClosed) this.#timer = setTimeout(again, LOOK_EVERY).unref(); });
    };
    again();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  /** Agents that were never there since the start are not missed. */
  async look(): Promise<void> {
    const now = this.#now();
    for (const { name, isOperational } of this.#parts.hosts.all) {
      const seen = this.#agents.get(name) ?? { isThere: false, goneSince: undefined, toldAt: undefined };
      this.#agents.set(name, seen);
      if (isOperational) await this.#there(name, seen, now);
      else await this.#missing(name, seen, now);
    }
    const names = new Set(this.#parts.hosts.all.map(({ name }) => name));
    for (const [name, seen] of this.#agents) if (!names.has(name)) await this.#missing(name, seen, now);
    await this.#lookAtCertificates(now);
  }

  #now(): number {
    return this.#parts.now?.() ?? Date.now();
  }

  async #there(name: string, seen: Seen, now: number): Promise<void> {
    const { toldAt } = seen;
    Object.assign(seen, { isThere: true, goneSince: undefined, toldAt: undefined });
    if (toldAt !== undefined) await this.#parts.tell({ type: 'agent.back', key: `${name} ${minute(now)}`, at: new Date(now), data: { agent: name, goneSince: new Date(toldAt).toISOString() } });
  }

  async #missing(name: string, seen: Seen, now: number): Promise<void> {
    if (!seen.isThere || seen.toldAt !== undefined) return;
    seen.goneSince ??= now;
    if (now - seen.goneSince < GRACE) return;
    seen.toldAt = seen.goneSince;
    await this.#parts.tell({ type: 'agent.gone', key: `${name} ${minute(seen.goneSince)}`, at: new Date(now), data: { agent: name, since: new Date(seen.goneSince).toISOString() } });
  }

  async #lookAtCertificates(now: number): Promise<void> {
    if (now - this.#certificatesAt < CERTIFICATES_EVERY) return;
    this.#certificatesAt = now;
    for (const [role, seconds] of await this.#parts.certificates()) {
      if (seconds * 1_000 - now > BEFORE_EXPIRY) continue;
      await this.#parts.tell({ type: 'certificate.expiring', key: `${role} ${seconds}`, at: new Date(now), data: { certificate: role, notAfter: new Date(seconds * 1_000).toISOString() } });
    }
  }
}

/** Controllers of a fleet see an agent go within seconds of each other; most of them tell of one minute. */
const minute = (time: number): number => Math.floor(time / 60_000);
