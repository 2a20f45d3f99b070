import { destination, pino, type Logger } from 'pino';

/** Log lines waiting for a slow reader of our output; beyond this they are dropped and counted. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

/** Field names whose values never reach the log, at the top and one level down. Typed secrets mask themselves besides. */
const SECRET_FIELDS = ['password', 'passphrase', 'secret', 'clientSecret', 'token', 'accessToken', 'authorization', 'Authorization', 'key', 'facadeKey', 'privateKey', 'configuration'];

export interface AgentLog {
  readonly log: Logger;
  /** Resolves when what was logged is written, or after a second. */
  flush(): Promise<void>;
  /** Lines dropped since the start. */
  dropped(): number;
}

export function loggerOptions(level: string, base: Readonly<Record<string, unknown>>) {
  return {
    level,
    base: { ...base },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: '***' },
  };
}

/** JSON lines on standard output. A reader that stops reading never stops the agent. */
export function createLogger(level: string, base: Readonly<Record<string, unknown>>): AgentLog {
  const output = destination({ dest: 1, sync: false, maxLength: MAX_WAITING_BYTES });
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
  const log = pino(loggerOptions(level, base), output);
  return {
    log,
    dropped: () => droppedInAll,
    flush: () => new Promise((resolve) => {
      const late = setTimeout(resolve, 1000);
      output.flush(() => {
        clearTimeout(late);
        resolve();
      });
    }),
  };
}
