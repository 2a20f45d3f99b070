import {
  Attribute, ConnectorError, ConnectorObject, IcfArray, Name, QualifiedUid, SortKey, Uid, allOf, itemsOf,
  type Chunks, type Filter, type IcfValue, type OperationOptions, type Schema, type SyncDelta, type SyncDeltaKind, type SyncToken,
} from '../../../protocol/model/index.js';
import { pagedSearch } from '../../engines/scripted/script-pages.js';
import type {
  AuthenticateRequest, Call, Changes, CreateRequest, DeleteRequest, FilterSplit, ResolveUsernameRequest, Results, ScriptRequest, SearchRequest, SyncRequest, UpdateRequest,
} from '../../framework/spi.js';
import { SCRIPT_SLOTS, filterType, type PowerShellConfig, type ScriptSlot } from './config.js';
import { filterForm } from './filter-form.js';
import type { ScriptCall, ScriptMessage } from './interpreter.js';
import { schemaOf } from './schema.js';
import type { PowerShellSession } from './session.js';

/** Operations by the names scripts know them by ($Connector.Operation). */
type Operation = 'AUTHENTICATE' | 'CREATE' | 'DELETE' | 'GET_LATEST_SYNC_TOKEN' | 'RESOLVE_USERNAME' | 'SCHEMA' | 'SEARCH' | 'SYNC' | 'TEST' | 'RUNSCRIPTONCONNECTOR' | 'UPDATE';

const READING: ReadonlySet<Operation> = new Set<Operation>(['AUTHENTICATE', 'GET_LATEST_SYNC_TOKEN', 'RESOLVE_USERNAME', 'SCHEMA', 'SEARCH', 'SYNC', 'TEST']);

interface Run { readonly slot: ScriptSlot; readonly operation: Operation; readonly variables: ReadonlyMap<string, IcfValue> }

async function scriptCall({ config, scripts }: PowerShellSession, { slot, operation, variables }: Run): Promise<ScriptCall> {
  if (config[slot].trim() === '') throw new ConnectorError('unsupportedOperation', `PowerShell: there is no script for this operation. Set ${slot}.`, { outcome: 'notApplied' });
  return { operation, script: await scripts.text(slot), variables, name: `the script ${config[slot]}`, readOnly: READING.has(operation) };
}

/** Runs a script that gives one answer. */
async function answer(session: PowerShellSession, run: ScriptCall, call: Call): Promise<IcfValue> {
  const messages = session.interpreter.run(run, call.signal);
  for (;;) {
    const step = await messages.next();
    if (step.done === true) return step.value;
    logged(step.value, call);
  }
}

function logged({ kind, value }: ScriptMessage, { log }: Call): boolean {
  if (kind !== 'log') return false;
  const [level, text] = Array.isArray(value) ? value : [];
  if ((level === 'info' || level === 'warn' || level === 'error') && typeof text === 'string') log[level]({ from: 'script' }, text);
  return true;
}

function optionsValue(options: OperationOptions): Map<IcfValue, IcfValue> {
  return new Map([...options.entries].map(([key, value]): [string, IcfValue] => [key, optionValue(value)]));
}

function optionValue(value: IcfValue): IcfValue {
  if (value instanceof SortKey) return new Map<IcfValue, IcfValue>([['Field', value.field], ['IsAscendingOrder', value.isAscending]]);
  if (value instanceof IcfArray) return value.items.map(optionValue);
  return value instanceof QualifiedUid ? value.uid : value;
}

function attributesValue(attributes: readonly Attribute[]): Map<IcfValue, IcfValue> {
  return new Map(attributes.map(({ name, values }): [string, IcfValue] => [name, values === null ? null : [...values]]));
}

const onClass = (objectClass: string, options: OperationOptions): [string, IcfValue][] => [['ObjectClass', objectClass], ['Options', optionsValue(options)]];
const onObject = (uid: Uid): [string, IcfValue][] => [['Uid', uid.value], ...(uid.revision === undefined ? [] : [['Revision', uid.revision] as [string, IcfValue]])];

function uidOf(value: IcfValue, script: string): Uid {
  const [uid, revision] = Array.isArray(value) ? value : [];
  if (typeof uid !== 'string' || uid.trim() === '') throw new ConnectorError('connector', `${script} script didn't return with a valid uid (__UID__) string value: it has to set $Connector.Result.Uid.`, script === 'Create' || script === 'Update' ? { outcome: 'applied' } : {});
  return new Uid(uid, typeof revision === 'string' ? revision : undefined);
}

/** Parses every script there is, then runs the test script. */
export async function test(session: PowerShellSession, call: Call): Promise<void> {
  const { config } = session;
  for (const slot of SCRIPT_SLOTS.filter((name) => config[name].trim() !== '')) {
    try {
      await answer(session, { ...await scriptCall(session, { slot, operation: 'TEST', variables: new Map() }), parseOnly: true }, call);
    } catch (error) {
      if (error instanceof ConnectorError && error.kind === 'connector') throw new ConnectorError('configuration', `${config[slot]} script parse error: ${error.message}`, { cause: error });
      throw error;
    }
  }
  if (config.TestScriptFileName.trim() !== '') await answer(session, await scriptCall(session, { slot: 'TestScriptFileName', operation: 'TEST', variables: new Map() }), call);
}

export async function create(session: PowerShellSession, { objectClass, attributes, options }: CreateRequest, call: Call): Promise<Uid> {
  const name = attributes.find((attribute) => attribute.is('__NAME__'))?.single ?? null;
  const variables = new Map<string, IcfValue>([...onClass(objectClass, options), ['Attributes', attributesValue(attributes)], ...(name === null ? [] : [['Id', name] as const])]);
  return uidOf(await answer(session, await scriptCall(session, { slot: 'CreateScriptFileName', operation: 'CREATE', variables }), call), 'Create');
}

export async function update(session: PowerShellSession, { objectClass, uid, attributes, options }: UpdateRequest, call: Call): Promise<Uid> {
  const variables = new Map<string, IcfValue>([...onClass(objectClass, options), ...onObject(uid), ['Attributes', attributesValue(attributes)]]);
  return uidOf(await answer(session, await scriptCall(session, { slot: 'UpdateScriptFileName', operation: 'UPDATE', variables }), call), 'Update');
}

export async function remove(session: PowerShellSession, { objectClass, uid, options }: DeleteRequest, call: Call): Promise<void> {
  await answer(session, await scriptCall(session, { slot: 'DeleteScriptFileName', operation: 'DELETE', variables: new Map([...onClass(objectClass, options), ...onObject(uid)]) }), call);
}

/** The password is handed over as clear text, as scripts of the .NET connector expect it: $Connector.Password. */
export async function authenticate(session: PowerShellSession, { objectClass, username, password, options }: AuthenticateRequest, call: Call): Promise<Uid> {
  const run = await scriptCall(session, { slot: 'AuthenticateScriptFileName', operation: 'AUTHENTICATE', variables: new Map([...onClass(objectClass, options), ['Username', username], ['Password', password.reveal()]]) });
  return uidOf(await answer(session, run, call), 'Authenticate');
}

export async function resolveUsername(session: PowerShellSession, { objectClass, username, options }: ResolveUsernameRequest, call: Call): Promise<Uid> {
  const run = await scriptCall(session, { slot: 'ResolveUsernameScriptFileName', operation: 'RESOLVE_USERNAME', variables: new Map([...onClass(objectClass, options), ['Username', username]]) });
  return uidOf(await answer(session, run, call), 'ResolveUsername');
}

/** What the form of QueryFilterType can say goes to the script, which is trusted with it; the facade applies the rest. */
export function nativeFilter(filter: Filter, _objectClass: string, config: PowerShellConfig): FilterSplit {
  if (filterForm(filter, config) !== undefined) return { native: filter, residual: undefined };
  if (filter.kind !== 'and') return { native: undefined, residual: filter };
  const native = filter.operands.filter((operand) => filterForm(operand, config) !== undefined);
  return { native: allOf(...native), residual: allOf(...filter.operands.filter((operand) => !native.includes(operand))) };
}

/** In pages where the script knows of them, otherwise cut out of all it gives; see {@link pagedSearch}. */
export function search(session: PowerShellSession, request: SearchRequest, call: Call): Results {
  return itemsOf(pagedSearch(request.options, (options) => found(session, { ...request, options }, call)));
}

/** One run of the search script; ends with the cookie it completes with. */
async function* found(session: PowerShellSession, { objectClass, filter, options }: SearchRequest, call: Call): Chunks<ConnectorObject, IcfValue> {
  const query = filter === undefined ? undefined : filterForm(filter, session.config);
  const named: [string, IcfValue][] = query === undefined ? [] : [[filterType(session.config) === 'Native' ? 'NativeQuery' : 'Query', query]];
  const run = await scriptCall(session, { slot: 'SearchScriptFileName', operation: 'SEARCH', variables: new Map([...onClass(objectClass, options), ...named]) });
  let cookie: IcfValue = null;
  const messages = session.interpreter.run(run, call.signal);
  try {
    for (;;) {
      const step = await messages.next();
      if (step.done === true) return cookie;
      const { kind, value } = step.value;
      if (kind === 'object') yield [objectOf(value, objectClass)];
      else if (kind === 'complete') cookie = value;
      else logged(step.value, call);
    }
  } finally {
    await messages.return(null);
  }
}

function malformed(): never {
  throw new ConnectorError('connector', 'PowerShell gave a result that is not understood.');
}

function mapOf(value: IcfValue | undefined): ReadonlyMap<IcfValue, IcfValue> {
  return value instanceof Map ? value : malformed();
}

function textOf(value: IcfValue | undefined): string {
  return typeof value === 'string' ? value : malformed();
}

function objectOf(value: IcfValue, asked: string): ConnectorObject {
  const result = mapOf(value);
  const objectClass = result.get('ObjectClass');
  const attributes = [...mapOf(result.get('Attributes'))].map(([key, values]): Attribute => {
    const name = textOf(key);
    const list = Array.isArray(values) ? values : null;
    if (name === '__UID__') return new Uid(textOf(list?.[0]));
    return name === '__NAME__' ? new Name(textOf(list?.[0])) : new Attribute(name, list);
  });
  return new ConnectorObject(typeof objectClass === 'string' ? objectClass : asked, attributes);
}

export async function* sync(session: PowerShellSession, { objectClass, token, options }: SyncRequest, call: Call): Changes {
  const variables = new Map<string, IcfValue>([...onClass(objectClass, options), ...(token === null ? [] : [['Token', token.value] as const])]);
  const run = await scriptCall(session, { slot: 'SyncScriptFileName', operation: 'SYNC', variables });
  let latest: SyncToken | undefined = token ?? undefined;
  const messages = session.interpreter.run(run, call.signal);
  try {
    for (;;) {
      const step = await messages.next();
      if (step.done === true) return latest;
      const { kind, value } = step.value;
      if (kind === 'delta') {
        const delta = deltaOf(value, objectClass);
        latest = delta.token;
        yield delta;
      } else if (kind === 'complete') latest = value === null ? latest : { value };
      else logged(step.value, call);
    }
  } finally {
    await messages.return(null);
  }
}

const DELTA_KINDS: readonly SyncDeltaKind[] = ['CREATE_OR_UPDATE', 'DELETE', 'CREATE', 'UPDATE'];

function deltaKind(value: IcfValue | undefined): SyncDeltaKind {
  return DELTA_KINDS.find((kind) => kind === value) ?? malformed();
}

function deltaOf(value: IcfValue, asked: string): SyncDelta {
  const delta = mapOf(value);
  const previous = delta.get('PreviousUid');
  const object = delta.get('Object') ?? null;
  const objectClass = delta.get('ObjectClass');
  return {
    kind: deltaKind(delta.get('DeltaType')), token: { value: delta.get('Token') ?? null }, uid: new Uid(textOf(delta.get('Uid'))),
    objectClass: typeof objectClass === 'string' ? objectClass : asked,
    ...(typeof previous === 'string' ? { previousUid: new Uid(previous) } : {}), ...(object === null ? {} : { object: objectOf(object, asked) }),
  };
}

export async function latestSyncToken(session: PowerShellSession, objectClass: string, call: Call): Promise<SyncToken | null> {
  const value = await answer(session, await scriptCall(session, { slot: 'SyncScriptFileName', operation: 'GET_LATEST_SYNC_TOKEN', variables: new Map([['ObjectClass', objectClass]]) }), call);
  return value === null ? null : { value };
}

/** A script the controller sends; which of them may run is the agent's policy. */
export async function scriptOnConnector(session: PowerShellSession, { script, scriptArguments, options }: ScriptRequest, call: Call): Promise<IcfValue> {
  if (script.language.toLowerCase() !== 'powershell') throw new ConnectorError('illegalArgument', `Script language must be PowerShell, got ${script.language}.`, { outcome: 'notApplied' });
  const given = new Map([...scriptArguments].map(([key, value]): [string, IcfValue] => [key, optionValue(value)]));
  return await answer(session, {
    operation: 'RUNSCRIPTONCONNECTOR', script: script.text, name: 'the script', readOnly: false,
    variables: new Map<string, IcfValue>([['Arguments', given], ['Options', optionsValue(options)]]),
  }, call);
}

export async function schema(session: PowerShellSession, call: Call): Promise<Schema> {
  return schemaOf(await answer(session, await scriptCall(session, { slot: 'SchemaScriptFileName', operation: 'SCHEMA', variables: new Map() }), call), session.config);
}
