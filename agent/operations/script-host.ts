import type { ScriptRunner } from '../../connectors/framework/index.js';
import { loadSandbox, type ScriptSandbox } from '../../connectors/scripts.js';
import type { AgentConfig } from '../config/agent-config.js';
import type { FacadeStage } from './facade-stage.js';
import { operationScripts } from './operation-scripts.js';

/** Where the scripts of an agent run. */
export interface ScriptHost {
  /** Loaded when the first script comes. */
  sandbox(): Promise<ScriptSandbox>;
  /** For scripts that are installed here and serve operations. Loaded when the first one runs. */
  runner(): Promise<ScriptRunner>;
  /** What the operations of a script pass, the outermost first: it has a place already, so they wait for none. */
  readonly stages: readonly FacadeStage[];
  /** Ends the scripts that run. Idempotent. */
  close(): Promise<void>;
}

/** `worker`: the module of its threads; @default the sandbox's own. */
export function scriptHost({ roots, operationWorkers, workers, queue, queueTime, idle, ...limits }: AgentConfig['scripts'], stages: readonly FacadeStage[], worker?: URL): ScriptHost {
  let opened: Promise<ScriptSandbox> | undefined;
  const serving = operationScripts({ roots, operationWorkers, idle, ...limits }, worker);
  const open = async (): Promise<ScriptSandbox> => {
    const { ScriptSandbox: Sandbox } = await loadSandbox();
    return new Sandbox({ workers, queue, queueTime, idle, limits, worker });
  };
  return {
    stages,
    runner: () => serving.runner(),
    sandbox: () => opened ??= open().catch((error: unknown) => {
      opened = undefined; // the next script tries again
      throw error;
    }),
    close: async () => { await Promise.all([opened?.catch(() => undefined).then((sandbox) => sandbox?.close()), serving.close()]); },
  };
}
