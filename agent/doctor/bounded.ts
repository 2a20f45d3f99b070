/** How long one wait of the doctor may take, and who may end all of them. */
export interface Patience {
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** Nothing came within the time there was. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut';
}

/** Does the work with a signal that fires when the time is over. Rejects with {@link TimedOut}, or the reason of `signal`, even when the work does not listen. */
export async function within<T>({ timeout, signal }: Patience, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const attempt = new AbortController();
  let onAbort: () => void = () => undefined;
  const ended = new Promise<never>((_resolve, reject) => {
    attempt.signal.addEventListener('abort', () => { reject(attempt.signal.reason as Error); }, { once: true });
    onAbort = () => { attempt.abort(signal.reason); };
    signal.addEventListener('abort', onAbort, { once: true });
  });
  const timer = setTimeout(() => { attempt.abort(new TimedOut(`no answer within ${seconds(timeout)}`)); }, timeout);
  const working = work(attempt.signal);
  working.catch(() => undefined); // it may fail after the race was lost
  try {
    return await Promise.race([working, ended]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

/** `1.5 s` */
export function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 100) / 10} s`;
}

/** Whether the error came because the time was over. An aborted socket hides the reason in its cause. */
export function isTimeout(error: unknown): boolean {
  return error instanceof TimedOut || (error instanceof Error && error.cause instanceof TimedOut);
}
