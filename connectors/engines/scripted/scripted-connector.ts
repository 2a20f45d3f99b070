import { ConnectorError, type ApiOperation, type ConnectorTarget, type Filter, type GuardedString, type IcfValue, type OperationKind } from '../../../protocol/model/index.js';
import type { ConfigOf, PropertyTable } from '../../framework/properties.js';
import type { HostFunction } from '../../framework/script-runner.js';
import type { Call, ConnectorOperations, FilterSplit, NativeSearch, OpenContext } from '../../framework/spi.js';
import { SLOTS, slotOf, type SlotName } from './script-slots.js';
import type { scriptEngineProperties, scriptSlots } from './script-properties.js';
import { ScriptEngine } from './script-engine.js';
import { scriptRoots } from './script-roots.js';
import { operationsOf } from './scripted-operations.js';

/** What the configuration of a scripted connector has at least: `{ ...scriptEngineProperties(), ...scriptSlots() }`. */
export type ScriptedConfig = ConfigOf<ReturnType<typeof scriptEngineProperties> & ReturnType<typeof scriptSlots>>;

/** What the scripts of a family are given besides the variables every scripted connector gives (docs/groovy-migration.md). */
export interface ScriptBindings {
  readonly variables: ReadonlyMap<string, IcfValue>;
  /** Called by the script as `a.b(…)`, each a promise for it, unless {@link library} stands between. */
  readonly functions: ReadonlyMap<string, HostFunction>;
  /** Source of `(call, icf, bind, pack) => variables`, JavaScript (framework/script-runner.ts), which makes `connection` and the like of the functions; '' for none. */
  readonly library: string;
  /** Secrets among the host's own answers and errors, which failures of the script must not show. */
  readonly secrets?: readonly GuardedString[] | undefined;
  /** Whether the target may have been changed. @default whether any function was called that did not fail with `notApplied` */
  hasWritten?(): boolean;
  /** When the script has ended well: what its operation is not done without, such as a commit. May reject, which fails the operation. */
  finish?(signal: AbortSignal): Promise<void>;
  /** When the script has ended, in whatever way: closes cursors and the like. Never rejects. */
  close?(): Promise<void>;
}

/** What makes a scripted connector out of a session `S` and a configuration `C`. */
export interface ScriptedFamily<C extends ScriptedConfig, S> {
  /** The connector's own. What it calls confidential scripts have as secrets, which they can hand on and not read. */
  readonly properties: PropertyTable;
  /** Names of properties that are secrets for scripts besides, such as an address that may hold a password. */
  readonly secrets?: readonly string[] | undefined;
  /** Called for each run of a script, which serves an operation of this kind. */
  bindings(session: S, config: C, call: Call, kind: OperationKind): ScriptBindings;
  /** What a test looks at before the test script runs, and where there is none. */
  test?(session: S, config: C, call: Call): Promise<void>;
  /** Scripts the connector brings along: file name → JavaScript. Found in roots that begin with `!/` or `jar:`, or when `scriptRoots` is not given. */
  readonly bundled?: ReadonlyMap<string, string> | undefined;
}

/** The session of a scripted connector: the family's own, and where its scripts are. */
export interface ScriptedSession<C extends ScriptedConfig, S> {
  readonly config: C;
  readonly own: S;
  readonly engine: ScriptEngine;
}

/** For `open`: puts the family's own session together with its scripts. Rejects with `configuration` where a script is missing. */
export async function openScripted<C extends ScriptedConfig, S>(family: ScriptedFamily<C, S>, config: C, own: S, context: OpenContext): Promise<ScriptedSession<C, S>> {
  return { config, own, engine: await ScriptEngine.open(config, family.bundled, context) };
}

/** All operations scripts can serve; `unavailable: unavailableOperations` takes those away that have none. */
export function scriptedOperations<C extends ScriptedConfig, S>(family: ScriptedFamily<C, S>): ConnectorOperations<ScriptedSession<C, S>> {
  return operationsOf(family);
}

/** Operations whose slot is empty. */
export function unavailableOperations(config: Pick<ScriptedConfig, SlotName>): readonly ApiOperation[] {
  return SLOTS.filter(({ name }) => slotOf(config, name) === undefined).flatMap(({ operations }) => operations);
}

/** For `targets`: the folders the scripts are in. */
export function scriptTargets(config: Pick<ScriptedConfig, 'scriptRoots' | 'classpath'>): readonly ConnectorTarget[] {
  return scriptRoots(config).folders.map((path) => ({ path }));
}

/**
 * For `nativeFilter`: scripts see the whole filter and may do with it what they can; whether they did is nobody's to know, so
 * all of it is applied to what they give. An extended match, which only a target could apply, is refused before the script runs.
 */
export function filterForScripts(filter: Filter): FilterSplit {
  refuseExtendedMatch(filter);
  return { native: filter, residual: filter };
}

function refuseExtendedMatch(filter: Filter): void {
  if (filter.kind === 'and' || filter.kind === 'or') filter.operands.forEach(refuseExtendedMatch);
  else if (filter.kind === 'not') refuseExtendedMatch(filter.operand);
  else if (filter.kind === 'extendedMatch') throw new ConnectorError('unsupportedOperation', `The filter operator '${filter.operator}' on ${filter.attribute.name} is not supported by connectors with scripts.`, { outcome: 'notApplied' });
}

/** For `search`: see ./script-pages.ts. */
export const SCRIPTED_SEARCH: NativeSearch = { paging: true, sorting: false, projection: false };

export { validateGroovyScripts, validateScripts } from './validate-scripts.js';
export { configurationValue } from './request-values.js';
