import { onTestFinished } from 'vitest';
import { DEFAULT_SANDBOX, ScriptSandbox, type HostFunction, type RunLimits, type SandboxOptions, type ScriptRun } from '../../../../connectors/engines/scripted/sandbox/index.js';
import { ConnectorError, Script, type IcfValue } from '../../../../protocol/model/index.js';
import { recordedLog, type RecordedLog } from '../../../support/quiet-log.js';
import { sandboxWorker } from '../../../support/sandbox-worker.js';

export interface Sandboxed {
  readonly sandbox: ScriptSandbox;
  readonly log: RecordedLog;
  run(text: string, more?: Partial<ScriptRun>): Promise<IcfValue>;
  /** The error a script ends with. */
  failure(text: string, more?: Partial<ScriptRun>): Promise<ConnectorError>;
}

/** A sandbox of its own, gone with the test. */
export async function sandboxed({ limits, ...options }: Partial<Omit<SandboxOptions, 'limits'>> & { readonly limits?: Partial<RunLimits> } = {}): Promise<Sandboxed> {
  const sandbox = await newSandbox({ limits: limits ?? {}, ...options });
  onTestFinished(() => sandbox.close());
  return around(sandbox);
}

export async function newSandbox({ limits, ...options }: Partial<Omit<SandboxOptions, 'limits'>> & { readonly limits?: Partial<RunLimits> } = {}): Promise<ScriptSandbox> {
  return new ScriptSandbox({ ...DEFAULT_SANDBOX, worker: await sandboxWorker(), ...options, limits: { ...DEFAULT_SANDBOX.limits, ...limits } });
}

export function around(sandbox: ScriptSandbox): Sandboxed {
  const log = recordedLog();
  const run: Sandboxed['run'] = (text, more = {}) => sandbox.run({
    script: new Script('JavaScript', text), variables: new Map(), functions: new Map(), signal: new AbortController().signal, log, ...more,
  });
  const failure: Sandboxed['failure'] = async (text, more) => {
    const error: unknown = await run(text, more).then((value) => new Error(`it gave ${JSON.stringify(value)}`), (reason: unknown) => reason);
    if (!(error instanceof ConnectorError)) throw error;
    return error;
  };
  return { sandbox, log, run, failure };
}

export const variables = (given: Record<string, IcfValue>): ReadonlyMap<string, IcfValue> => new Map(Object.entries(given));
export const functions = (given: Record<string, HostFunction>): ReadonlyMap<string, HostFunction> => new Map(Object.entries(given));
