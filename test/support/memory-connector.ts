import { defineConnector, type AnyConnector } from '../../connectors/framework/define-connector.js';
import { evaluateFilter } from '../../connectors/framework/filter-evaluation.js';
import { compareObjects } from '../../connectors/framework/facade/sort-results.js';
import { file, flag, guarded, integer, long, properties, text, textList } from '../../connectors/framework/properties.js';
import type { Call, ConnectorOperations, NativeSearch, SearchRequest } from '../../connectors/framework/spi.js';
import {
  ACCOUNT, Attribute, ConnectorError, ConnectorObject, Name, OperationOptions, PASSWORD, Uid,
  type Filter, type SearchResult, type SyncDelta,
} from '../../protocol/model/index.js';

export interface MemorySession { readonly number: number; alive: boolean; closed: boolean }

/** What a test sees of a memory target, and how it makes it misbehave. */
export class MemoryTarget {
  readonly objects = new Map<string, ConnectorObject>();
  readonly changes: SyncDelta[] = [];
  readonly sessions: MemorySession[] = [];
  readonly searches: SearchRequest[] = [];
  /** Searches that were started and whose generator has not ended. */
  openSearches = 0;
  /** Objects handed out by all searches. */
  produced = 0;
  /** Called at the start of every operation but search; throw or wait here. */
  before: (operation: string, call: Call) => Promise<void> = async () => undefined;
  /** Called before each object of a search. */
  beforeObject: (index: number, call: Call) => Promise<void> = async () => undefined;
  openSession: (signal: AbortSignal) => Promise<void> = async () => undefined;
  #next = 1;

  get openSessions(): number {
    return this.sessions.filter(({ closed }) => !closed).length;
  }

  add(uid: string, attributes: Record<string, string | number | boolean | readonly string[]> = {}): ConnectorObject {
    return this.put(uid, Object.entries(attributes).map(([name, value]) => (typeof value === 'object' ? new Attribute(name, [...value]) : Attribute.of(name, value))));
  }

  put(uid: string, attributes: readonly Attribute[], name = uid): ConnectorObject {
    const object = new ConnectorObject(ACCOUNT, [new Uid(uid), new Name(name), ...attributes.filter((attribute) => !attribute.is('__NAME__') && !attribute.is(PASSWORD))]);
    const known = this.objects.has(uid);
    this.objects.set(uid, object);
    this.changes.push({ kind: known ? 'UPDATE' : 'CREATE', token: { value: this.changes.length + 1 }, uid: object.uid, objectClass: ACCOUNT, object });
    return object;
  }

  remove(uid: string): void {
    this.objects.delete(uid);
    this.changes.push({ kind: 'DELETE', token: { value: this.changes.length + 1 }, uid: new Uid(uid), objectClass: ACCOUNT });
  }

  newUid(): string {
    return `u${String(this.#next++).padStart(4, '0')}`;
  }

  require(uid: Uid): ConnectorObject {
    const object = this.objects.get(uid.value);
    if (object === undefined) throw new ConnectorError('unknownUid', `There is no account '${uid.value}'.`, { uid });
    return object;
  }
}

export const memoryProperties = properties({
  host: text({ required: true, help: 'Where it runs.' }),
  port: integer({ default: 42, help: 'Its port.' }),
  maxAge: long({ default: 60, help: 'In seconds.' }),
  tls: flag({ default: false, help: 'Encrypt.' }),
  credentials: guarded({ help: 'Its password.' }),
  bases: textList({ default: ['o=all'], help: 'Where to look.' }),
  store: file({ help: 'Where it keeps things.', displayName: 'Store file' }),
});

const NOTHING: NativeSearch = { paging: false, sorting: false, projection: false };

/** Where cookies last, one is the last uid, behind which the next page starts, whatever has come and gone; else a count. */
function page(objects: readonly ConnectorObject[], options: OperationOptions, native: NativeSearch): { objects: readonly ConnectorObject[]; end: SearchResult | undefined } {
  const { pageSize, pagedResultsCookie, pagedResultsOffset = 0 } = options;
  if (!native.paging || pageSize === undefined) return { objects, end: undefined };
  const lasts = native.lastingCookies === true;
  const ordered = lasts ? [...objects].sort((a, b) => (a.uid.value < b.uid.value ? -1 : 1)) : objects;
  const behind = ordered.filter(({ uid }, index) => pagedResultsCookie === undefined || (lasts ? uid.value > pagedResultsCookie : index >= Number(pagedResultsCookie)));
  const given = behind.slice(pagedResultsOffset, pagedResultsOffset + pageSize);
  const hasMore = pagedResultsOffset + pageSize < behind.length;
  const next = lasts ? given.at(-1)?.uid.value : String(Number(pagedResultsCookie ?? 0) + pagedResultsOffset + pageSize);
  const counted = options.totalPagedResultsPolicy === 'EXACT';
  return {
    objects: given,
    end: {
      pagedResultsCookie: hasMore ? next ?? null : null,
      totalPagedResultsPolicy: counted ? 'EXACT' : 'NONE', totalPagedResults: counted ? objects.length : -1, remainingPagedResults: -1,
    },
  };
}

async function* search(target: MemoryTarget, native: NativeSearch, request: SearchRequest, call: Call) {
  target.searches.push(request);
  target.openSearches++;
  try {
    const { filter, options } = request;
    const all = [...target.objects.values()].filter((object) => filter === undefined || evaluateFilter(filter, object) === true);
    const sorted = native.sorting && options.sortKeys.length > 0 ? all.sort(compareObjects(options.sortKeys)) : all;
    const { objects, end } = page(sorted, options, native);
    for (const [index, object] of objects.entries()) {
      await target.beforeObject(index, call);
      target.produced++;
      yield object;
    }
    return end;
  } finally {
    target.openSearches--;
  }
}

async function* sync(target: MemoryTarget, after: number) {
  for (const delta of target.changes.slice(after)) yield delta;
  return { value: target.changes.length };
}

function merge(object: ConnectorObject, changes: readonly Attribute[]): Attribute[] {
  const kept = object.attributes.filter((attribute) => attribute !== object.uid && attribute !== object.name && !changes.some((change) => change.is(attribute.name)));
  return [...kept, ...changes.filter(({ values }) => values !== null)];
}

export interface MemoryOptions {
  readonly native?: Partial<NativeSearch>;
  readonly nativeFilter?: (filter: Filter) => { native: Filter | undefined; residual: Filter | undefined };
  readonly pooled?: boolean;
  readonly without?: readonly (keyof ConnectorOperations<MemorySession>)[];
  readonly extra?: Partial<AnyConnector>;
  readonly operations?: ConnectorOperations<MemorySession>;
}

function operationsOn(target: MemoryTarget, native: NativeSearch): ConnectorOperations<MemorySession> {
  return {
    test: async (_, call) => target.before('test', call),
    schema: async () => ({ objectClasses: [], operationOptions: [], objectClassesByOperation: new Map(), optionsByOperation: new Map() }),
    search: (_, request, call) => search(target, native, request, call),
    create: async (_, { attributes }, call) => {
      await target.before('create', call);
      const given = attributes.find((attribute) => attribute.is('__NAME__'))?.single;
      const name = typeof given === 'string' ? given : '';
      const taken = [...target.objects.values()].some((object) => object.name.value === name);
      if (taken) throw new ConnectorError('alreadyExists', `There is an account '${name}' already.`);
      return target.put(target.newUid(), attributes, name).uid;
    },
    update: async (_, { uid, attributes }, call) => {
      await target.before('update', call);
      return target.put(uid.value, merge(target.require(uid), attributes), target.require(uid).name.value).uid;
    },
    delete: async (_, { uid }, call) => {
      await target.before('delete', call);
      target.require(uid);
      target.remove(uid.value);
    },
    sync: (_, { token }) => sync(target, typeof token?.value === 'number' ? token.value : 0),
    latestSyncToken: async () => ({ value: target.changes.length }),
    authenticate: async (_, { username, password }, call) => {
      await target.before('authenticate', call);
      throw new Error(`user ${username} with ${password.reveal()} refused`);
    },
  };
}

/** A connector to objects in memory that does nothing natively unless told to. */
export function memoryConnector(target: MemoryTarget, options: MemoryOptions = {}): AnyConnector {
  const native = { ...NOTHING, ...options.native };
  const operations = { ...operationsOn(target, native), ...options.operations };
  for (const name of options.without ?? []) Reflect.deleteProperty(operations, name);
  const connector = defineConnector<typeof memoryProperties, MemorySession>({
    id: 'memory', displayName: 'Memory', family: 'Test',
    key: { bundleName: 'example.memory-connector', bundleVersion: '1.5.0.0', connectorName: 'example.MemoryConnector' },
    properties: memoryProperties,
    objectClasses: [],
    pooled: options.pooled ?? true,
    batch: true,
    search: native,
    open: async (_, { signal }) => {
      await target.openSession(signal);
      const session = { number: target.sessions.length, alive: true, closed: false };
      target.sessions.push(session);
      return session;
    },
    close: async (session) => { session.closed = true; },
    isAlive: async (session) => session.alive && !session.closed,
    ...(options.nativeFilter === undefined ? {} : { nativeFilter: options.nativeFilter }),
    operations,
  });
  return { ...connector, ...options.extra };
}
