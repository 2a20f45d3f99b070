import { DEFAULT_LIMITS, type RunLimits } from '../../deploy/runtime/sandbox/limits.js';
import type { BatchRunner } from '../../deploy/runtime/sandbox/batch-runner.js';
import type { RequestHandler } from '../crest/request.js';
import type { Log } from '../log.js';
import { MappingScripts } from './mapping-scripts.js';

const MIB = 1024 ** 2;
/** Of one script for one object; memory: of a batch. */
export const SCRIPT_LIMITS: RunLimits = { ...DEFAULT_LIMITS, timeout: 30_000, cpuTime: 1_000, memory: 64 * MIB, valueSize: 4 * MIB, calls: 100 };
/** Batches at a time; the controller itself needs a processor, too. */
const WORKERS = 2;
const IDLE = 300_000;

export interface OpenScripts {
  readonly scripts: MappingScripts;
  /** Ends all threads. */
  close(): Promise<void>;
}

/** Scripts of mappings; the interpreter is loaded when the first one runs. `worker`: the threads' module, for tests. */
export function openScripts({ router, projectFolder, log, worker, limits = SCRIPT_LIMITS }: { readonly router: () => RequestHandler; readonly projectFolder: string; readonly log: Log; readonly worker?: URL | undefined; readonly limits?: RunLimits | undefined }): OpenScripts {
  let runner: Promise<BatchRunner> | undefined;
  const started = async (): Promise<BatchRunner> => {
    const { BatchRunner: Runner } = await import('../../deploy/runtime/sandbox/batch-runner.js');
    return new Runner({ worker, limits, memory: limits.memory, workers: WORKERS, idle: IDLE, after: wakeLater });
  };
  return {
    scripts: new MappingScripts({ runner: () => runner ??= started(), router, projectFolder, log: (mapping, level, text) => { log[level]({ mapping, script: text }, 'a script of a mapping says'); } }),
    close: async () => (await runner)?.close(),
  };
}

function wakeLater(milliseconds: number, callback: () => void): () => void {
  const timer = setTimeout(callback, milliseconds);
  timer.unref();
  return () => clearTimeout(timer);
}
