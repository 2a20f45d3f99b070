import { ConnectorError, Script, isWrite, withOutcome, type IcfValue, type OperationKind } from '../../../protocol/model/index.js';
import type { HostFunction, ScriptRunner } from '../../framework/script-runner.js';
import type { Call, OpenContext } from '../../framework/spi.js';
import { customConfiguration } from './custom-configuration.js';
import { operationLibrary } from './operation-library.js';
import { PossibleWrites } from './possible-writes.js';
import { ScriptFiles } from './script-files.js';
import { SLOTS, slotOf, type SlotName } from './script-slots.js';
import type { ScriptBindings, ScriptedConfig } from './scripted-connector.js';
import { ValueBag } from './value-bag.js';

/** One run of a slot's script. */
export interface SlotRun {
  readonly slot: SlotName;
  /** What the operation is in this framework; says whether it is a write. */
  readonly kind: OperationKind;
  readonly variables: ReadonlyMap<string, IcfValue>;
  readonly bindings: ScriptBindings;
  /** Run in place of the file's own text: calls what a customizer, which is in the bindings' library, has defined. */
  readonly text?: string | undefined;
  /** Takes what the script hands to its handler; undefined for operations without results. */
  readonly take?: HostFunction | undefined;
  /** Wins over the call's. */
  readonly signal?: AbortSignal | undefined;
}

/** The scripts of one session, ready to be run. */
export class ScriptEngine {
  readonly #config: ScriptedConfig;
  readonly #files: ScriptFiles;
  readonly #runner: ScriptRunner;
  readonly #propertyBag: ValueBag;
  /** Lives as long as the session: of a pooled connector, for several operations. */
  readonly #instance = new ValueBag();
  readonly #custom: Map<IcfValue, IcfValue>;

  private constructor(config: ScriptedConfig, runner: ScriptRunner, shared: Shared) {
    this.#config = config;
    this.#runner = runner;
    this.#files = shared.files;
    this.#propertyBag = shared.propertyBag;
    this.#custom = shared.custom;
  }

  /** Rejects with `configuration` where a script is not there or cannot be read. */
  static async open(config: ScriptedConfig, bundled: ReadonlyMap<string, string> = new Map(), context: OpenContext): Promise<ScriptEngine> {
    if (context.scripts === undefined) throw new ConnectorError('configuration', 'Scripted connectors do not run here: nothing around the connector runs scripts.');
    const runner = await context.scripts();
    const shared = await context.shared('scripts', async (): Promise<Shared> => ({
      files: new ScriptFiles(config, bundled, runner.folders), propertyBag: new ValueBag(), custom: customConfiguration(config),
    }), async () => undefined);
    const engine = new ScriptEngine(config, runner, shared);
    await engine.check();
    return engine;
  }

  has(slot: SlotName): boolean {
    return slotOf(this.#config, slot) !== undefined;
  }

  /** Reads every script. */
  async check(): Promise<void> {
    for (const { name } of SLOTS) if (this.has(name)) await this.text(name);
  }

  /** The script of a slot that is not empty. */
  async text(slot: SlotName): Promise<string> {
    return (await this.#file(slot)).text;
  }

  async #file(slot: SlotName) {
    const name = slotOf(this.#config, slot);
    if (name === undefined) throw new ConnectorError('unsupportedOperation', `No script serves this operation: ${slot} is empty.`, { outcome: 'notApplied' });
    return this.#files.load(slot, name);
  }

  /** What the script answers. */
  async run(run: SlotRun, call: Call): Promise<IcfValue> {
    const { slot, kind, bindings, take } = run;
    const effects = new Effects(bindings);
    try {
      const { name, text } = await this.#file(slot);
      const common = new Map([...this.#propertyBag.functions('propertyBag'), ...this.#instance.functions('instance')]);
      const functions = new Map<string, HostFunction>([...common, ...effects.functions, ...(take === undefined ? [] : [['handler.take', take] as const])]);
      const signal = run.signal ?? call.signal;
      const answer = await this.#runner.run({
        script: new Script('javascript', run.text ?? text), title: `The script ${name}`, lifetime: 'operation', signal, log: call.log, secrets: bindings.secrets,
        variables: new Map<string, IcfValue>([['customConfiguration', this.#custom], ...run.variables, ...bindings.variables]), functions,
        library: operationLibrary({ common: [...common.keys()], family: [...bindings.functions.keys()], library: bindings.library, streams: take !== undefined }),
      });
      await bindings.finish?.(signal);
      return answer;
    } catch (error) {
      throw isWrite(kind) ? effects.told(error) : error;
    } finally {
      await bindings.close?.();
    }
  }
}

interface Shared { readonly files: ScriptFiles; readonly propertyBag: ValueBag; readonly custom: Map<IcfValue, IcfValue> }

/** Whether a script may have changed something: it has called the target, which did not say that nothing was done. */
class Effects {
  readonly functions: Map<string, HostFunction>;
  readonly #hasWritten: () => boolean;

  constructor({ functions, hasWritten }: ScriptBindings) {
    const calls = new PossibleWrites();
    this.#hasWritten = hasWritten ?? (() => calls.any);
    this.functions = new Map([...functions].map(([name, work]) => [name, (given, signal) => calls.during(() => work(given, signal))]));
  }

  /** A script cannot hand on what became of a write; so a failure that invites a repetition says what is known here. */
  told(error: unknown): unknown {
    if (!(error instanceof ConnectorError) || error.outcome !== undefined || !error.retryable) return error;
    return withOutcome(error, this.#hasWritten() ? 'unknown' : 'notApplied');
  }
}
