import {
  ConnectorError, ERROR_KINDS, OperationOptions, Uid, chunksOf, type Chunks, type ConnectorObject, type ErrorKind, type FailedWriteOutcome, type IcfValue, type Schema, type SearchResult, type SyncDelta, type SyncToken,
} from '../../../protocol/model/index.js';
import { isObject, type JsonObject, type JsonValue } from '../../../protocol/crest/json.js';
import type { AnyConnector, ConnectorOperations, FilterSplit } from '../../../connectors/framework/index.js';
import { attributeJson, deltaJson, deltaOf, filterJson, filterOf, objectJson, objectOf, uidJson, uidOf, valueJson, valueOf } from './recorded-values.js';
import type { RecordedCall } from './recording-lines.js';
import { schemaJson, schemaOf } from './recorded-schema.js';
import { RecordedAnswers, unrecorded } from './unrecorded.js';

type Operations = ConnectorOperations<unknown>;
type Name = keyof Operations;
type AnyOperation = (session: unknown, ...rest: unknown[]) => unknown;
type Item = ConnectorObject | SyncDelta;

/** Results of a stream that are kept; JSON, roughly. */
const LARGEST_ITEMS = 16 * 1024 ** 2;

const STREAMS: ReadonlySet<Name> = new Set<Name>(['search', 'sync']);

/** How answers are written and read, by operation; those that answer nothing are in none. */
const ANSWERS: Partial<Record<Name, { readonly to: (value: never) => JsonValue; readonly from: (json: JsonValue) => unknown }>> = {
  schema: { to: (value: Schema) => schemaJson(value), from: schemaOf },
  splitFilter: {
    to: ({ native, residual }: FilterSplit) => ({ native: filterJson(native), residual: filterJson(residual) }),
    from: (json) => ({ native: filterOf((json as JsonObject)['native'] ?? null), residual: filterOf((json as JsonObject)['residual'] ?? null) }),
  },
  ...Object.fromEntries((['create', 'update', 'addValues', 'removeValues', 'authenticate', 'resolveUsername'] as const).map((name) => [name, { to: (value: Uid) => uidJson(value), from: uidOf }])),
  latestSyncToken: { to: (value: SyncToken | null) => (value === null ? null : { token: valueJson(value.value) }), from: tokenOf },
  scriptOnConnector: { to: (value: IcfValue) => valueJson(value), from: valueOf },
  scriptOnResource: { to: (value: IcfValue) => valueJson(value), from: valueOf },
};

function tokenOf(json: JsonValue): SyncToken | null {
  return isObject(json) ? { value: valueOf(json['token'] ?? null) } : null;
}

/** The arguments between session and call, as JSON that compares: secrets look all alike. */
function requestJson(given: unknown): JsonObject {
  if (typeof given === 'string') return { objectClass: given };
  const json: JsonObject = {};
  for (const [name, value] of Object.entries((given ?? {}) as Record<string, unknown>)) if (value !== undefined) json[name] = partJson(name, value);
  return json;
}

function partJson(name: string, value: unknown): JsonValue {
  if (value instanceof OperationOptions) return [...value.entries].map(([key, item]) => ({ key, value: valueJson(item) }));
  if (name === 'filter') return filterJson(value as never);
  if (name === 'attributes') return (value as Parameters<typeof attributeJson>[0][]).map(attributeJson);
  if (name === 'token') return value === null ? null : { token: valueJson((value as SyncToken).value) };
  if (value instanceof Uid) return uidJson(value);
  if (name === 'besides') return [...value as readonly string[]];
  if (name === 'script') return { language: (value as { language: string }).language, text: (value as { text: string }).text };
  return valueJson(value as IcfValue);
}

/** The connector, with each call of its operations and what came of it told to `write`. */
export function recordingConnector(connector: AnyConnector, write: (line: RecordedCall) => void): AnyConnector {
  const operations = Object.entries(connector.operations) as [Name, AnyOperation][];
  const recorded = operations.map(([name, operation]): [Name, AnyOperation] => [name, (session, ...rest) => {
    const line = { kind: 'call', operation: name, request: rest.length > 1 ? requestJson(rest[0]) : {} } as const;
    if (STREAMS.has(name)) return recordStream(name, operation(session, ...rest) as AsyncGenerator<Item, unknown, void>, line, write);
    return recordSingle(name, operation(session, ...rest) as Promise<unknown>, line, write);
  }]);
  return { ...connector, operations: Object.fromEntries(recorded) };
}

async function recordSingle(name: Name, answer: Promise<unknown>, line: RecordedCall, write: (line: RecordedCall) => void): Promise<unknown> {
  try {
    const result = await answer;
    const to = ANSWERS[name]?.to;
    write(to === undefined ? line : { ...line, result: to(result as never) });
    return result;
  } catch (error) {
    write({ ...line, failure: failureOf(error) });
    throw error;
  }
}

async function* recordStream(name: Name, given: AsyncGenerator<Item, unknown, void>, line: RecordedCall, write: (line: RecordedCall) => void): AsyncGenerator<Item, unknown, void> {
  const results: Chunks<Item, unknown> = chunksOf(given);
  const items: JsonValue[] = [];
  let size = 0;
  let ending: Partial<RecordedCall> = { left: true };
  try {
    for (;;) {
      const step = await results.next();
      if (step.done === true) {
        ending = { result: endJson(name, step.value) };
        return step.value;
      }
      for (const item of step.value) {
        const json = name === 'sync' ? deltaJson(item as SyncDelta) : objectJson(item as ConnectorObject);
        size += JSON.stringify(json).length;
        if (size <= LARGEST_ITEMS) items.push(json);
        yield item;
      }
    }
  } catch (error) {
    ending = { failure: failureOf(error) };
    throw error;
  } finally {
    await results.return(undefined);
    write({ ...line, ...(size > LARGEST_ITEMS ? { items: [], omitted: size } : { items }), ...ending });
  }
}

function endJson(name: Name, end: unknown): JsonValue {
  if (end === undefined) return null;
  return name === 'sync' ? { token: valueJson((end as SyncToken).value) } : { ...end as SearchResult };
}

function failureOf(error: unknown): NonNullable<RecordedCall['failure']> {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof ConnectorError)) return { kind: 'connector', message };
  return { kind: error.kind, message, ...(error.outcome === undefined ? {} : { outcome: error.outcome }) };
}

/** The connector with its target taken away: operations answer what was recorded, in order; what was not recorded fails and says what differs. */
export function replayedConnector(connector: AnyConnector, calls: readonly RecordedCall[]): AnyConnector {
  const byOperation = new Map<string, RecordedAnswers<RecordedCall>>();
  for (const name of Object.keys(connector.operations)) byOperation.set(name, new RecordedAnswers(calls.filter(({ operation }) => operation === name), (request) => `${name} ${JSON.stringify(request)}`));
  const replayed = (Object.keys(connector.operations) as Name[]).map((name): [Name, AnyOperation] => [name, (_session, ...rest) => {
    const take = (): RecordedCall => byOperation.get(name)?.take(rest.length > 1 ? requestJson(rest[0]) : {}) ?? refuse(name);
    return STREAMS.has(name) ? replayStream(name, take) : replaySingle(name, take);
  }]);
  const own = Object.fromEntries(Object.entries(connector).filter(([name]) => !OF_THE_TARGET.has(name))) as unknown as AnyConnector;
  return { ...own, open: () => Promise.resolve({}), close: () => Promise.resolve(), operations: Object.fromEntries(replayed) };
}

/** Members of a definition that look at a target, or at a driver's errors. */
const OF_THE_TARGET: ReadonlySet<string> = new Set<keyof AnyConnector>(['translateError', 'isAlive', 'reusable', 'validateHere']);

function refuse(name: string): never {
  throw unrecorded(`${name} was not recorded.`);
}

function failed({ failure }: RecordedCall): void {
  if (failure === undefined) return;
  const kind: ErrorKind = Object.hasOwn(ERROR_KINDS, failure.kind) ? failure.kind as ErrorKind : 'connector';
  throw new ConnectorError(kind, failure.message, failure.outcome === undefined ? {} : { outcome: failure.outcome as FailedWriteOutcome });
}

async function replaySingle(name: Name, take: () => RecordedCall): Promise<unknown> {
  const call = take();
  failed(call);
  return ANSWERS[name]?.from(call.result ?? null);
}

async function* replayStream(name: Name, take: () => RecordedCall): AsyncGenerator<Item, unknown, void> {
  const call = take();
  if (call.omitted !== undefined) throw unrecorded(`the results of ${name} were too large to keep.`);
  for (const json of call.items ?? []) yield name === 'sync' ? deltaOf(json) : objectOf(json);
  if (call.left === true) throw unrecorded(`the recorded ${name} was left here, and there may have been more.`);
  failed(call);
  if (name === 'sync') return tokenOf(call.result ?? null) ?? undefined;
  return isObject(call.result) ? call.result : undefined;
}
