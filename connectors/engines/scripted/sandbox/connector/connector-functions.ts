import {
  ConnectorError, Uid, chunksOf,
  type CallContext, type Chunks, type ConnectorFacade, type ConnectorObject, type IcfValue, type Schema, type SearchResult, type StreamOperation, type SyncDelta, type SyncToken, type UpdateType,
} from '../../../../../protocol/model/index.js';
import { approximateSize } from '../../../../framework/approximate-size.js';
import { scriptObject } from '../../../../../deploy/runtime/sandbox/script-object.js';
import type { HostFunction } from '../script-sandbox.js';
import { scriptFilter } from './script-filter.js';
import { attributesArgument, optionsArgument, passwordArgument, textArgument, uidArgument } from './script-request.js';

/** Searches and syncs of one script that are open at a time. */
const MOST_STREAMS = 8;
/** Results handed over at a time: so many, or so many bytes. */
const RESULTS = 50;
const RESULT_BYTES = 256 * 1024;

type Ended = SearchResult | SyncToken | undefined;
interface Stream { readonly id: number; readonly chunks: Chunks<ConnectorObject | SyncDelta, Ended>; left: readonly (ConnectorObject | SyncDelta)[] }
type Given = readonly (IcfValue | undefined)[];

export interface ConnectorFunctions {
  readonly functions: ReadonlyMap<string, HostFunction>;
  /** Whether an operation that may change something was begun. */
  readonly hasWritten: () => boolean;
  /** Closes what is open. Never rejects. */
  close(): Promise<void>;
}

/**
 * What a script may ask of its connector. Each call is an operation of its own on what `open` gives, which is to judge and note
 * it as it does those from outside.
 */
export function connectorFunctions(open: () => Promise<ConnectorFacade>, call: Omit<CallContext, 'signal'>): ConnectorFunctions {
  const streams = new Streams();
  let operations = 0;
  let hasWritten = false;
  // An id of its own: the script's own write has the one it came with.
  const context = (signal: AbortSignal): CallContext => ({ signal, locale: call.locale, operationId: call.operationId === undefined ? undefined : `${call.operationId}/${++operations}` });
  const reading = (work: (facade: ConnectorFacade, given: Given, context: CallContext) => Promise<IcfValue>): HostFunction => async (given, signal) => work(await open(), given, context(signal));
  const writing = (work: (facade: ConnectorFacade, given: Given, context: CallContext) => Promise<IcfValue>): HostFunction => {
    const write = reading(work);
    return (given, signal) => {
      hasWritten = true;
      return write(given, signal);
    };
  };
  const functions = new Map<string, HostFunction>(Object.entries({
    'connector.operations': reading(async (facade) => [...facade.supportedOperations]),
    'connector.test': reading(async (facade, _, own) => (await facade.perform({ kind: 'test' }, own), null)),
    'connector.schema': reading(async (facade, _, own) => schemaValue(await facade.perform({ kind: 'schema' }, own))),
    'connector.get': reading(async (facade, [objectClass, uid, options], own) => objectValue(await facade.perform({ kind: 'get', uid: uidArgument(uid), ...onClass(objectClass, options) }, own))),
    'connector.create': writing(async (facade, [objectClass, attributes, options], own) => uidValue(await facade.perform({ kind: 'create', attributes: attributesArgument(attributes), ...onClass(objectClass, options) }, own))),
    'connector.update': writing(updating('REPLACE')),
    'connector.addValues': writing(updating('ADD')),
    'connector.removeValues': writing(updating('REMOVE')),
    'connector.delete': writing(async (facade, [objectClass, uid, options], own) => (await facade.perform({ kind: 'delete', uid: uidArgument(uid), ...onClass(objectClass, options) }, own), null)),
    'connector.authenticate': reading(async (facade, [objectClass, username, password, options], own) => uidValue(await facade.perform({ kind: 'authenticate', username: textArgument(username, 'The user name'), password: passwordArgument(password), ...onClass(objectClass, options) }, own))),
    'connector.resolveUsername': reading(async (facade, [objectClass, username, options], own) => uidValue(await facade.perform({ kind: 'resolveUsername', username: textArgument(username, 'The user name'), ...onClass(objectClass, options) }, own))),
    'connector.latestSyncToken': reading(async (facade, [objectClass], own) => (await facade.perform({ kind: 'latestSyncToken', objectClass: textArgument(objectClass, 'The object class') }, own))?.value ?? null),
    'connector.open': reading(async (facade, [kind, ...given], own) => streams.open(facade, streamOperation(kind, given), own)),
    'connector.next': async ([stream]) => streams.next(stream),
    'connector.close': async ([stream]) => streams.close(stream),
  }));
  return { functions, hasWritten: () => hasWritten, close: () => streams.closeAll() };
}

function onClass(objectClass: IcfValue | undefined, options: IcfValue | undefined) {
  return { objectClass: textArgument(objectClass, 'The object class'), options: optionsArgument(options) };
}

function updating(updateType: UpdateType) {
  return async (facade: ConnectorFacade, [objectClass, uid, attributes, options]: Given, own: CallContext): Promise<IcfValue> =>
    uidValue(await facade.perform({ kind: 'update', updateType, uid: uidArgument(uid), attributes: attributesArgument(attributes), ...onClass(objectClass, options) }, own));
}

type Streamed = Extract<StreamOperation, { kind: 'search' | 'sync' }>;

function streamOperation(kind: IcfValue | undefined, [objectClass, what, options]: Given): Streamed {
  if (kind === 'search') return { kind, filter: scriptFilter(what), ...onClass(objectClass, options) };
  return { kind: 'sync', token: what === null || what === undefined ? null : { value: what }, ...onClass(objectClass, options) };
}

class Streams {
  readonly #open = new Map<number, Stream>();
  #last = 0;

  open(facade: ConnectorFacade, operation: Streamed, call: CallContext): number {
    if (this.#open.size >= MOST_STREAMS) throw new ConnectorError('illegalState', `A script has at most ${MOST_STREAMS} searches open at a time.`);
    const id = ++this.#last;
    this.#open.set(id, { id, chunks: chunksOf(facade.stream(operation, call)), left: [] });
    return id;
  }

  /** Some results; `end` once there are no more. */
  async next(id: IcfValue | undefined): Promise<IcfValue> {
    const stream = typeof id === 'number' ? this.#open.get(id) : undefined;
    if (stream === undefined) throw new ConnectorError('illegalState', 'This search has ended.');
    if (stream.left.length === 0) {
      const step = await stream.chunks.next();
      if (step.done === true) return new Map<IcfValue, IcfValue>([['results', []], ['end', endValue(step.value)]]);
      stream.left = step.value;
    }
    return new Map<IcfValue, IcfValue>([['results', take(stream).map(resultValue)], ['end', null]]);
  }

  async close(id: IcfValue | undefined): Promise<null> {
    const stream = typeof id === 'number' ? this.#open.get(id) : undefined;
    if (stream === undefined) return null;
    this.#open.delete(stream.id);
    await stream.chunks.return(undefined);
    return null;
  }

  async closeAll(): Promise<void> {
    await Promise.allSettled([...this.#open.keys()].map((id) => this.close(id)));
  }
}

/** As many of what is left as go in one answer. */
function take(stream: Stream): readonly (ConnectorObject | SyncDelta)[] {
  let bytes = 0;
  let count = 0;
  for (const item of stream.left) {
    const object = 'token' in item ? item.object : item;
    bytes += object === undefined ? 0 : approximateSize(object);
    if (count > 0 && (count >= RESULTS || bytes > RESULT_BYTES)) break;
    count += 1;
  }
  const taken = stream.left.slice(0, count);
  stream.left = stream.left.slice(count);
  return taken;
}

function resultValue(item: ConnectorObject | SyncDelta): IcfValue {
  if (!('token' in item)) return scriptObject(item);
  return new Map<IcfValue, IcfValue>([
    ['kind', item.kind], ['token', item.token.value], ['uid', item.uid.value], ['objectClass', item.objectClass ?? null],
    ['previousUid', item.previousUid?.value ?? null], ['object', item.object === undefined ? null : scriptObject(item.object)],
  ]);
}

function endValue(end: Ended): IcfValue {
  if (end === undefined) return new Map<IcfValue, IcfValue>();
  if ('value' in end) return new Map<IcfValue, IcfValue>([['token', end.value]]);
  const { pagedResultsCookie, totalPagedResults, remainingPagedResults } = end;
  return new Map<IcfValue, IcfValue>([['pagedResultsCookie', pagedResultsCookie], ['totalPagedResults', totalPagedResults], ['remainingPagedResults', remainingPagedResults]]);
}

function uidValue(uid: Uid | null): IcfValue {
  return uid?.value ?? null;
}

function objectValue(object: ConnectorObject | null): IcfValue {
  return object === null ? null : scriptObject(object);
}

/** `{objectClasses: [{type, isContainer, attributes: [{name, type, flags}]}]}` */
function schemaValue(schema: Schema | null): IcfValue {
  const classes = (schema?.objectClasses ?? []).map(({ type, isContainer, attributes }) => new Map<IcfValue, IcfValue>([
    ['type', type], ['isContainer', isContainer],
    ['attributes', attributes.map((attribute) => new Map<IcfValue, IcfValue>([['name', attribute.name], ['type', attribute.type], ['flags', [...attribute.flags]]]))],
  ]));
  return new Map<IcfValue, IcfValue>([['objectClasses', classes]]);
}
