import { loadSandbox, type ScriptSandbox } from '../../connectors/scripts.js';
import type { AgentConfig } from '../config/agent-config.js';
import type { FacadeStage } from './facade-stage.js';

/** Where the scripts of an agent run. */
export interface ScriptHost {
  /** Loaded when the first script comes. */
  sandbox(): Promise<ScriptSandbox>;
  /** What the operations of a script pass, the outermost first: it has a place already, so they wait for none. */
  readonly stages: readonly FacadeStage[];
  /** Ends the scripts that run. Idempotent. */
  close(): Promise<void>;
}

/** `worker`: the module of its threads; @default the sandbox's own. */
export function scriptHost({ workers, queue, queueTime, idle, ...limits }: AgentConfig['scripts'], stages: readonly FacadeStage[], worker?: URL): ScriptHost {
  let opened: Promise<ScriptSandbox> | undefined;
  const open = async (): Promise<ScriptSandbox> => {
    const { ScriptSandbox: Sandbox } = await loadSandbox();
    return new Sandbox({ workers, queue, queueTime, idle, limits, worker });
  };
  return {
    stages,
    sandbox: () => opened ??= open().catch((error: unknown) => {
      opened = undefined; // the next script tries again
      throw error;
    }),
    close: async () => { await (await opened?.catch(() => undefined))?.close(); },
  };
}
