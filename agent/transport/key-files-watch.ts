import { stat } from 'node:fs/promises';
import type { Clock } from '../../protocol/session/contract.js';
import type { AgentConfig } from '../config/agent-config.js';

/** Files are looked at, not watched: what replaces them may be a rename, a link that changes its target, a volume. */
const INTERVAL_MS = 5_000;

/** Every file a connection to a controller is opened with; each once. */
export function keyFilesOf({ tls, controllers }: Pick<AgentConfig, 'tls' | 'controllers'>): readonly string[] {
  const used = [tls, ...controllers.map((controller) => controller.tls)];
  return [...new Set(used.flatMap((files) => [files?.ca, files?.certificate, files?.key, files?.pkcs12]).filter((path) => path !== undefined))];
}

/**
 * Calls `onChange` soon after one of the files has changed: an agent that was refused for what stood in them, and waits long
 * for somebody to do something about it, need not wait on. Resolves when `stop` fires; never rejects.
 */
export async function watchKeyFiles(paths: readonly string[], onChange: () => void, clock: Pick<Clock, 'sleep'>, stop: AbortSignal): Promise<void> {
  if (paths.length === 0) return;
  let seen = await traitsOf(paths);
  while (!stop.aborted) {
    await clock.sleep(INTERVAL_MS, stop).catch(() => undefined); // rejects only because the signal fired
    const found = await traitsOf(paths);
    if (found !== seen) onChange();
    seen = found;
  }
}

async function traitsOf(paths: readonly string[]): Promise<string> {
  const traits = await Promise.all(paths.map((path) => stat(path).then(({ dev, ino, size, mtimeMs }) => `${dev}:${ino}:${size}:${mtimeMs}`, () => 'missing')));
  return traits.join();
}
