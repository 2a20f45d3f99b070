import type { SessionLog } from '../../protocol/session/contract.js';
import type { LineFields } from './audit-line.js';

/** A time in which lines could not be written: why, since when, how many were given up. */
export class WriterTrouble {
  readonly #directory: string;
  readonly #log: SessionLog;
  #problem = '';
  #since = 0;
  #lost = 0;
  #lostBefore = 0;
  /** The space kept for a full disk is in use. */
  isReserveUsed = false;

  constructor(directory: string, log: SessionLog) {
    this.#directory = directory;
    this.#log = log;
  }

  /** Empty when there is none. */
  get problem(): string {
    return this.#problem;
  }

  /** Lines given up since the start. */
  get lost(): number {
    return this.#lost;
  }

  countLost(): void {
    this.#lost += 1;
  }

  begin(error: unknown): void {
    const reason = reasonOf(error);
    if (this.#problem === '') {
      this.#since = Date.now();
      this.#lostBefore = this.#lost;
      this.#log.error({ directory: this.#directory, reason }, 'The audit log cannot be written.');
    }
    this.#problem = reason;
  }

  /** It is over. What to write about it; undefined when there was none. */
  end(): LineFields | undefined {
    if (this.#problem === '') return undefined;
    const lost = this.#lost - this.#lostBefore;
    this.#log.info({ directory: this.#directory, reason: this.#problem, lost }, 'The audit log can be written again.');
    const fields: LineFields = { kind: 'audit-interrupted', detail: { reason: this.#problem, since: new Date(this.#since).toISOString(), lost } };
    this.#problem = '';
    this.isReserveUsed = false;
    return fields;
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' ? 'the disk is full (ENOSPC)' : code ?? message;
}
