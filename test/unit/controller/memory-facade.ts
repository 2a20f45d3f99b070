import {
  API_OPERATIONS, Attribute, ConnectorError, ConnectorObject, DEFAULT_POOL, DEFAULT_RESULTS_HANDLER, Name, PASSWORD, Uid, attributeKey,
  type ApiOperation, type CallContext, type ConfigurationProperty, type ConnectorFacade, type ConnectorInfo, type ConnectorKey, type Filter, type Operation,
  type SearchResult, type SingleOperation, type SingleResults, type StreamEnds, type StreamItems, type StreamOperation, type SyncDelta, type SyncToken,
} from '../../../protocol/model/index.js';

export const KEY: ConnectorKey = { bundleName: 'org.example.memory', bundleVersion: '1.5.0.0', connectorName: 'org.example.MemoryConnector' };

interface Stored { uid: string; revision: number; attributes: Map<string, Attribute> }

/** A connector that keeps its objects in memory and notes what it was asked. Uids differ from names. */
export class MemoryFacade implements ConnectorFacade {
  connectorKey = KEY;
  supportedOperations: ReadonlySet<ApiOperation> = new Set(API_OPERATIONS);
  readonly calls: Operation[] = [];
  readonly objects = new Map<string, Stored>();
  readonly deltas: SyncDelta[] = [];
  latestToken: SyncToken | null = { value: 0 };
  /** Set: the next operation of that kind fails so. */
  readonly failures = new Map<Operation['kind'], Error>();
  /** Set: a search delivers this many generated objects instead of the stored ones. */
  generated: number | undefined;
  /** Set: a search fails after so many objects. */
  failAfter: number | undefined;
  searchEnd: SearchResult | undefined;
  delivered = 0;
  openSearches = 0;
  scriptResult: Attribute['single'] = null;
  /** Without it a write is answered at once; with it, operations wait until it resolves or the caller gives up. */
  gate: Promise<void> | undefined;
  #next = 1;

  add(name: string, attributes: Readonly<Record<string, Attribute['single'] | Attribute['single'][]>> = {}, uid = `u${this.#next}`): string {
    this.#next += 1;
    const entries = Object.entries(attributes).map(([key, value]): [string, Attribute] => [attributeKey(key), new Attribute(key, Array.isArray(value) ? value : [value])]);
    this.objects.set(uid, { uid, revision: 1, attributes: new Map([...entries, ['__name__', new Name(name)]]) });
    return uid;
  }

  named<K extends Operation['kind']>(kind: K): (Operation & { readonly kind: K })[] {
    return this.calls.filter((call): call is Operation & { readonly kind: K } => call.kind === kind);
  }

  async perform<O extends SingleOperation>(operation: O, call: CallContext): Promise<SingleResults[O['kind']]> {
    this.calls.push(operation);
    await this.#wait(call);
    this.#failIfTold(operation.kind);
    return this.#answer(operation) as SingleResults[O['kind']];
  }

  async #wait(call: CallContext): Promise<void> {
    if (this.gate === undefined) return;
    const aborted = (): ConnectorError => new ConnectorError('connectionBroken', 'aborted');
    // The caller's time may have run out on the way here.
    if (call.signal.aborted) throw aborted();
    await Promise.race([this.gate, new Promise((_resolve, reject) => call.signal.addEventListener('abort', () => reject(aborted())))]);
  }

  #failIfTold(kind: Operation['kind']): void {
    const failure = this.failures.get(kind);
    if (failure !== undefined) throw failure;
  }

  // eslint-disable-next-line complexity -- one line an operation
  #answer(operation: SingleOperation): unknown {
    switch (operation.kind) {
      case 'test': case 'validate': return undefined;
      case 'schema': return { objectClasses: [], operationOptions: [], objectClassesByOperation: new Map(), optionsByOperation: new Map() };
      case 'create': return this.#create(operation.attributes);
      case 'update': return this.#update(operation);
      case 'delete': {
        if (!this.objects.delete(operation.uid.value)) throw new ConnectorError('unknownUid', `no object ${operation.uid.value}`);
        return undefined;
      }
      case 'get': {
        const stored = this.objects.get(operation.uid.value);
        return stored === undefined ? null : toObject(operation.objectClass, stored);
      }
      case 'authenticate': return this.#authenticate(operation.username, operation.password.reveal());
      case 'resolveUsername': return null;
      case 'scriptOnConnector': case 'scriptOnResource': return this.scriptResult;
      case 'latestSyncToken': return this.latestToken;
    }
  }

  #authenticate(username: string, password: string): Uid {
    const found = [...this.objects.values()].find((stored) => stored.attributes.get('__name__')?.single === username);
    if (found === undefined || password !== 'Passw0rd') throw new ConnectorError('invalidPassword', 'wrong password');
    return new Uid(found.uid);
  }

  #create(attributes: readonly Attribute[]): Uid {
    const name = attributes.find((attribute) => attribute instanceof Name)?.value;
    if (name === undefined) throw new ConnectorError('invalidAttributeValue', 'a name is needed');
    if ([...this.objects.values()].some((stored) => stored.attributes.get('__name__')?.single === name)) throw new ConnectorError('alreadyExists', `${name} is there already`);
    const uid = this.add(name);
    for (const attribute of attributes) if (attribute.name !== PASSWORD) this.objects.get(uid)!.attributes.set(attributeKey(attribute.name), attribute);
    return new Uid(uid);
  }

  // eslint-disable-next-line complexity -- a whole connector in one method
  #update({ uid, updateType, attributes }: Extract<SingleOperation, { kind: 'update' }>): Uid {
    const stored = this.objects.get(uid.value);
    if (stored === undefined) throw new ConnectorError('unknownUid', `no object ${uid.value}`);
    if (uid.revision !== undefined && uid.revision !== String(stored.revision)) throw new ConnectorError('preconditionFailed', 'changed meanwhile');
    for (const attribute of attributes) {
      const key = attributeKey(attribute.name);
      const before = stored.attributes.get(key)?.values ?? [];
      const given = attribute.values ?? [];
      if (attribute.name === PASSWORD) continue;
      if (attribute instanceof Name) stored.attributes.set(key, attribute);
      else if (updateType === 'ADD') stored.attributes.set(key, new Attribute(attribute.name, [...before, ...given]));
      else if (updateType === 'REMOVE') stored.attributes.set(key, new Attribute(attribute.name, before.filter((value) => !given.includes(value))));
      else if (attribute.values === null) stored.attributes.delete(key);
      else stored.attributes.set(key, attribute);
    }
    stored.revision += 1;
    return new Uid(stored.uid);
  }

  async *stream<O extends StreamOperation>(operation: O, call: CallContext): AsyncGenerator<StreamItems[O['kind']], StreamEnds[O['kind']], void> {
    this.calls.push(operation);
    this.#failIfTold(operation.kind);
    this.openSearches += 1;
    try {
      if (operation.kind === 'sync') return (yield* this.#sync() as AsyncGenerator<StreamItems[O['kind']]>) as StreamEnds[O['kind']];
      if (operation.kind !== 'search') throw new ConnectorError('unsupportedOperation', operation.kind);
      return (yield* this.#search(operation, call) as AsyncGenerator<StreamItems[O['kind']]>) as StreamEnds[O['kind']];
    } finally {
      this.openSearches -= 1;
    }
  }

  async *#search({ objectClass, filter }: Extract<Operation, { kind: 'search' }>, call: CallContext): AsyncGenerator<ConnectorObject, SearchResult | undefined> {
    for (const stored of this.#source()) {
      call.signal.throwIfAborted();
      await this.#wait(call);
      if (this.failAfter === this.delivered) throw new ConnectorError('connectionBroken', 'the agent is gone');
      const object = toObject(objectClass, stored);
      if (filter !== undefined && !matches(filter, object)) continue;
      this.delivered += 1;
      yield object;
    }
    return this.searchEnd;
  }

  *#source(): Generator<Stored> {
    if (this.generated === undefined) yield* this.objects.values();
    for (let index = 0; index < (this.generated ?? 0); index += 1) {
      yield { uid: `g${index}`, revision: 1, attributes: new Map([['__name__', new Name(`user${index}`)], ['mail', Attribute.of('mail', `user${index}@example.com`)]]) };
    }
  }

  async *#sync(): AsyncGenerator<SyncDelta, SyncToken | undefined> {
    yield* this.deltas;
    return this.deltas.at(-1)?.token;
  }
}

function toObject(objectClass: string, { uid, revision, attributes }: Stored): ConnectorObject {
  return new ConnectorObject(objectClass, [new Uid(uid, String(revision)), ...attributes.values()]);
}

/** Case-sensitive, as much as these tests need. */
function matches(filter: Filter, object: ConnectorObject): boolean {
  switch (filter.kind) {
    case 'and': return filter.operands.every((operand) => matches(operand, object));
    case 'or': return filter.operands.some((operand) => matches(operand, object));
    case 'not': return !matches(filter.operand, object);
    case 'presence': return object.get(filter.name) !== undefined;
    case 'equals': return JSON.stringify(object.get(filter.attribute.name)?.values) === JSON.stringify(filter.attribute.values);
    case 'startsWith': return JSON.stringify(object.get(filter.attribute.name)?.values?.[0]).startsWith(JSON.stringify(filter.attribute.single).slice(0, -1));
    default: throw new ConnectorError('unsupportedOperation', filter.kind);
  }
}

export function property(name: string, type: string, more: Partial<ConfigurationProperty> = {}): ConfigurationProperty {
  return { order: 1, confidential: false, required: false, name, helpMessageKey: null, displayMessageKey: null, groupMessageKey: null, type, value: null, operations: [], ...more };
}

export function connectorInfo(key: ConnectorKey = KEY): ConnectorInfo {
  return {
    key, displayNameKey: 'memory.display', categoryKey: null, messages: new Map([['', new Map([['memory.display', 'Memory Connector']])]]),
    defaultConfiguration: {
      producerBufferSize: 0, connectorPoolingSupported: false, pool: DEFAULT_POOL, resultsHandler: DEFAULT_RESULTS_HANDLER,
      properties: [property('host', 'String', { value: 'localhost' }), property('port', 'int'), property('password', 'GuardedString', { confidential: true }), property('bases', 'String[]')],
      timeouts: new Map(), supportedOperations: new Set(API_OPERATIONS),
    },
  };
}
