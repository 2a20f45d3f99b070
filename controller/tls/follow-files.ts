import { stat } from 'node:fs/promises';
import type { Log } from '../log.js';

/** Files are looked at, not watched: what replaces them may be a link that changes its target, a volume, a rename. */
const INTERVAL_MS = 1_000;

export interface FollowedFiles {
  /** Asked anew each time: which files there are may change with their content. */
  paths(): readonly string[];
  /** Rejects when the files cannot be used as they are: what was read before stays, and it is tried again. */
  onChange(): Promise<void>;
}

/** Calls `onChange` within seconds after one of the files has changed. Returns the function that ends it. */
export function followFiles(what: string, { paths, onChange }: FollowedFiles, log: Log): () => void {
  let seen: string | undefined;
  let complaint = '';
  let stopped = false;
  const look = async (): Promise<void> => {
    const found = await traitsOf(paths());
    if (found === seen) return;
    if (seen !== undefined) await onChange();
    if (complaint !== '') log.info({}, `${what}: in order again`);
    complaint = '';
    seen = await traitsOf(paths()) === found ? found : ''; // changed while it was read: once more
  };
  const again = (): void => {
    if (!stopped) timer = setTimeout(() => { turn(); }, INTERVAL_MS).unref();
  };
  const turn = (): void => {
    look().catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : 'unknown reason';
      // The first failure may be half of a change: a certificate is there and its key follows.
      if (reason === complaint) return;
      complaint = reason;
      log.error({ reason }, `${what}: changed files cannot be used; what was read before stays in use`);
    }).finally(again);
  };
  let timer: NodeJS.Timeout;
  turn();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

async function traitsOf(paths: readonly string[]): Promise<string> {
  const traits = await Promise.all(paths.map(async (path) => {
    const found = await stat(path).catch(() => undefined);
    return found === undefined ? 'missing' : `${found.dev}:${found.ino}:${found.size}:${found.mtimeMs}:${found.ctimeMs}`;
  }));
  return traits.join();
}
