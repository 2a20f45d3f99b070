import type { ScriptRunner } from '../../connectors/framework/index.js';
import { loadSandbox, type ScriptSandbox } from '../../connectors/scripts.js';

/** Of `scripts` in agent.yaml, what concerns scripts that serve operations. */
export interface OperationScriptSettings {
  /** Folders the scripts may be in. */
  readonly roots: readonly string[];
  readonly cpuTime: number;
  readonly memory: number;
  readonly valueSize: number;
  readonly idle: number;
  /** Operations at a time. */
  readonly operationWorkers: number;
}

/**
 * Runs the scripts of scripted connectors. Apart from those that controllers send: a script that was sent may ask for operations that
 * scripts serve, and would otherwise wait for a place it holds itself.
 */
export interface OperationScripts {
  /** Loads nothing before the first script runs. */
  runner(): Promise<ScriptRunner>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** What an operation may wait for its place, and how many do, is decided before: by the limits of its facade and of the agent. */
const ANY_NUMBER = 1_000_000;

/** `worker`: the module of its threads; @default the sandbox's own. */
export function operationScripts({ roots, operationWorkers, idle, cpuTime, memory, valueSize }: OperationScriptSettings, worker?: URL): OperationScripts {
  let opened: Promise<ScriptSandbox> | undefined;
  const runner: ScriptRunner = { folders: roots, run: async (run) => (await sandbox()).run(run) };
  const sandbox = (): Promise<ScriptSandbox> => opened ??= open().catch((error: unknown) => {
    opened = undefined; // the next script tries again
    throw error;
  });
  const open = async (): Promise<ScriptSandbox> => {
    const { ScriptSandbox: Sandbox, DEFAULT_LIMITS } = await loadSandbox();
    return new Sandbox({ workers: operationWorkers, queue: ANY_NUMBER, queueTime: Infinity, idle, limits: { ...DEFAULT_LIMITS, cpuTime, memory, valueSize }, worker });
  };
  return {
    runner: async () => runner,
    close: async () => { await (await opened?.catch(() => undefined))?.close(); },
  };
}
