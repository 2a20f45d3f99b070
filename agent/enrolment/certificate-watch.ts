import { readFile } from 'node:fs/promises';
import type { Clock, SessionLog } from '../../protocol/session/contract.js';
import type { AgentConfig } from '../config/agent-config.js';
import { factsOf } from './identity-status.js';

const LOOK_MS = 3_600_000;
const DAY_MS = 86_400_000;
const SOON_DAYS = 14;
const VERY_SOON_DAYS = 3;

/** A certificate that comes from files, which somebody else renews. */
export interface WatchedCertificate {
  /** The setting that names the file, e.g. `tls.certificate`. */
  readonly setting: string;
  readonly path: string;
}

/** The files of certificates that somebody else renews; each once. PKCS #12 files are not looked into. */
export function certificateFilesOf({ tls, controllers }: Pick<AgentConfig, 'tls' | 'controllers'>): readonly WatchedCertificate[] {
  const named = [{ setting: 'tls.certificate', path: tls?.certificate }, ...controllers.map(({ tls: own }, index) => ({ setting: `controllers[${index}].tls.certificate`, path: own?.certificate }))];
  return named.flatMap(({ setting, path }) => (path === undefined ? [] : [{ setting, path }]));
}

/** As the status page shows it. Times are ISO 8601. */
export interface CertificateStatus {
  readonly setting: string;
  readonly subject: string;
  readonly issuer: string;
  readonly serialNumber: string;
  readonly notAfter: string;
  /** With one decimal; negative once expired. */
  readonly daysLeft: number;
}

export interface CertificateWatchParts {
  readonly certificates: readonly WatchedCertificate[];
  readonly clock: Clock;
  readonly log: SessionLog;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/**
 * Looks hourly at certificates that an outside authority issued. Connections read the files anew at each dial; this only
 * tells in time that nobody has renewed them, once a day, and the louder the less time there is.
 */
export class CertificateWatch {
  readonly #parts: CertificateWatchParts;
  readonly #now: () => number;
  readonly #found = new Map<string, Omit<CertificateStatus, 'daysLeft'>>();
  readonly #told = new Map<string, number>();

  constructor(parts: CertificateWatchParts) {
    this.#parts = parts;
    this.#now = parts.now ?? Date.now;
  }

  status(): readonly CertificateStatus[] {
    return [...this.#found.values()].map((facts) => ({ ...facts, daysLeft: this.#daysLeft(facts) }));
  }

  /** Resolves when `stop` fires; never rejects. */
  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      for (const certificate of this.#parts.certificates) await this.#look(certificate);
      await this.#parts.clock.sleep(LOOK_MS, stop).catch(() => undefined);
    }
  }

  /** A file that cannot be read shows at the next dial; it is no matter here. */
  async #look({ setting, path }: WatchedCertificate): Promise<void> {
    try {
      const { subject, issuer, serialNumber, notAfter } = factsOf({ certificate: await readFile(path, 'utf8') });
      const facts = { setting, subject, issuer, serialNumber, notAfter: new Date(notAfter).toISOString() };
      this.#found.set(setting, facts);
      this.#tell(facts);
    } catch {
      this.#found.delete(setting);
    }
  }

  #tell(facts: Omit<CertificateStatus, 'daysLeft'>): void {
    const daysLeft = this.#daysLeft(facts);
    const told = this.#told.get(facts.setting);
    if (daysLeft >= SOON_DAYS || (told !== undefined && this.#parts.clock.now() - told < DAY_MS)) return;
    this.#told.set(facts.setting, this.#parts.clock.now());
    const level = daysLeft < VERY_SOON_DAYS ? 'error' : 'warn';
    this.#parts.log[level]({ ...facts, daysLeft }, daysLeft < 0 ? 'A certificate of this agent HAS EXPIRED; put a new one into its file.' : 'A certificate of this agent expires soon; put a new one into its file.');
  }

  #daysLeft({ notAfter }: Pick<CertificateStatus, 'notAfter'>): number {
    return Math.floor((Date.parse(notAfter) - this.#now()) / DAY_MS * 10) / 10;
  }
}
