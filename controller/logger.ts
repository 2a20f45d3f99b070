import { destination, pino, type Logger } from 'pino';

/** Log bytes waiting for a slow reader; beyond them lines are dropped and counted. */
const MAX_WAITING = 16 * 1_024 * 1_024;

/** Names whose values never reach the log, at the top and one level down. Typed secrets mask themselves besides. */
const SECRET_NAMES = [
  'password', 'passphrase', 'secret', 'clientSecret', 'token', 'accessToken', 'authorization', 'key', 'facadeKey', 'privateKey', 'configurationProperties',
];

export interface ControllerLog {
  readonly log: Logger;
  /** Resolves when what was logged is written, or after a second. */
  flush(): Promise<void>;
  /** Lines dropped since the start. */
  dropped(): number;
}

/** JSON lines on standard output; a reader that stops reading does not stop the controller. */
export function createControllerLog(level: string): ControllerLog {
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
    log.warn({ lost }, 'log lines were dropped because nobody read them fast enough');
  });
  output.on('error', () => undefined);
  const log = pino({
    level, base: {}, timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: SECRET_NAMES.flatMap((name) => [name, `*.${name}`]), censor: '***' },
  }, output);
  return {
    log,
    dropped: () => droppedInAll,
    flush: () => new Promise((resolve) => {
      const late = setTimeout(resolve, 1_000);
      output.flush(() => {
        clearTimeout(late);
        resolve();
      });
    }),
  };
}
