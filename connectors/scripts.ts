/** The sandbox for scripts, loaded when the first script runs: an agent that runs none loads no interpreter. */
export type { HostFunction, RunLimits, SandboxOptions, ScriptRun, ScriptSandbox, ScriptedConnector } from './engines/scripted/sandbox/index.js';

export function loadSandbox(): Promise<typeof import('./engines/scripted/sandbox/index.js')> {
  return import('./engines/scripted/sandbox/index.js');
}
