/** Where lines are shipped to. */
export interface Sink {
  /** For status and log, e.g. `syslog over TLS at siem.example:6514`. Never a credential. */
  readonly description: string;
  /** Rejects when it cannot be reached, or the signal fires. */
  open(signal: AbortSignal): Promise<SinkConnection>;
}

export interface SinkConnection {
  /** Milliseconds after which lines count as delivered when the connection has lived on: syslog answers nothing. */
  readonly confirmAfter: number;
  /** Rejects when the connection is gone. Never resolves. */
  readonly lost: Promise<never>;
  /** Lines as they stand in the file, without line breaks. Resolves when they have left; rejects when they may not have. */
  send(lines: readonly Buffer[]): Promise<void>;
  /** Ends it in peace. True when everything that was sent is known to have arrived. Never rejects. */
  finish(signal: AbortSignal): Promise<boolean>;
  /** Cuts it. Idempotent. */
  destroy(): void;
}
