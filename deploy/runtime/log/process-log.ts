import { destination, pino, type Bindings, type ChildLoggerOptions, type DestinationStream, type Logger } from 'pino';
import { withoutSecrets } from './mask-secrets.js';

/** Bytes of log lines that wait for a slow reader of our output; beyond this they are dropped and counted. */
const MAX_WAITING = 16 * 1024 * 1024;
const FLUSH_LIMIT_MS = 1000;

export interface ProcessLog {
  readonly log: Logger;
  /** Resolves when what was logged is written, or after a second. */
  flush(): Promise<void>;
  /** Lines dropped since the start. */
  dropped(): number;
}

/** Lines of JSON; `base` are the fields that each of them has. */
export function logTo(output: DestinationStream, level: string, base: Readonly<Record<string, unknown>>): Logger {
  const log = pino({ level, base: { ...base }, timestamp: pino.stdTimeFunctions.isoTime, formatters: { log: withoutSecrets } }, output);
  const { child } = log;
  // pino shows its formatter of bindings those of the first logger only.
  log.child = function <L extends string = never>(this: Logger, bindings: Bindings, options?: ChildLoggerOptions<L>) { return Reflect.apply(child, this, [withoutSecrets(bindings), options]) as Logger<L>; };
  return log;
}

/** JSON lines on standard output. A reader that stops reading never stops the process. */
export function createLog(level: string, base: Readonly<Record<string, unknown>> = {}): ProcessLog {
  const output = destination({ dest: 1, sync: false, maxLength: MAX_WAITING });
  let dropped = 0;
  let droppedInAll = 0;
  output.on('drop', () => {
    dropped += 1;
    droppedInAll += 1;
  });
  output.on('drain', () => {
    if (dropped === 0) return;
    const lost = dropped;
    dropped = 0;
    log.warn({ lost }, 'Log lines were dropped because nobody read them fast enough.');
  });
  output.on('error', () => undefined); // nobody reads our output any more; that is no reason to die
  const log = logTo(output, level, base);
  return {
    log,
    dropped: () => droppedInAll,
    flush: () => new Promise((resolve) => {
      const late = setTimeout(resolve, FLUSH_LIMIT_MS);
      output.flush(() => {
        clearTimeout(late);
        resolve();
      });
    }),
  };
}
