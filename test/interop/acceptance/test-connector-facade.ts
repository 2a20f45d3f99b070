import { describe, expect } from 'vitest';
import {
  ACCOUNT, Attribute, ConnectorError, ConnectorObject, GuardedByteArray, GuardedString, IcfArray, IcfBigDecimal, IcfBigInteger, IcfByte, IcfCharacter, IcfDouble, IcfFile,
  IcfFloat, IcfUri, Name, OPTION, ObjectClassReference, OperationOptions, QualifiedUid, Script, SortKey, Uid, errorKindOf,
  type BatchTask, type ConnectorFacade, type IcfValue, type StreamOperation, type SyncDelta,
} from '../../../protocol/model/index.js';
import { until } from '../../support/until.js';
import { call, collect, expectFailure } from './facade-calls.js';
import type { FacadeWorld } from './facade-world.js';
import type { Proofs } from './proof.js';

const options = OperationOptions.none;
const search = { kind: 'search', objectClass: ACCOUNT, filter: undefined, options } as const;
const ICF = 'org.identityconnectors.framework.common.exceptions';
const EXCEPTIONS = [
  ...['AlreadyExists', 'Configuration', 'ConnectionBroken', 'ConnectionFailed', 'Connector', 'ConnectorIO', 'ConnectorSecurity', 'InvalidAttributeValue', 'InvalidCredential',
    'InvalidPassword', 'OperationTimeout', 'PasswordExpired', 'PermissionDenied', 'PreconditionFailed', 'PreconditionRequired', 'Retryable', 'UnknownUid'].map((name) => `${ICF}.${name}Exception`),
  'java.lang.IllegalArgumentException', 'java.lang.IllegalStateException', 'java.lang.UnsupportedOperationException',
  // Of these we have no kind: the name is kept.
  'java.lang.NullPointerException', 'java.lang.ClassCastException', 'java.lang.SecurityException', 'java.util.ConcurrentModificationException',
];

const user = (number: number): string => `user-${String(number).padStart(6, '0')}`;

/** Every operation of the Java test connector, through the controller's facade. */
export function describeTestConnectorFacade({ world, proves }: Proofs<FacadeWorld>): void {
  const facade = (system = 'test'): ConnectorFacade => world().facade(system);
  const script = (text: string, kind: 'scriptOnConnector' | 'scriptOnResource' = 'scriptOnConnector', scriptArguments: ReadonlyMap<string, IcfValue> = new Map(), given = options) =>
    facade().perform({ kind, script: new Script('echo', text), scriptArguments, options: given }, call());

  describe('facade of the Java test connector', () => {
    proves('list', 'test', 'offers every operation there is', async () => {
      expect([...facade().supportedOperations].sort()).toEqual([
        'AuthenticationApiOp', 'BatchApiOp', 'ConnectorEventSubscriptionApiOp', 'CreateApiOp', 'DeleteApiOp', 'GetApiOp', 'ResolveUsernameApiOp', 'SchemaApiOp', 'ScriptOnConnectorApiOp',
        'ScriptOnResourceApiOp', 'SearchApiOp', 'SyncApiOp', 'SyncEventSubscriptionApiOp', 'TestApiOp', 'UpdateApiOp', 'ValidateApiOp',
      ]);
    });
    proves('validate', 'test', 'a valid configuration passes, another fails with the class the connector chose', async () => {
      await facade().perform({ kind: 'validate' }, call());
      await expectFailure(() => facade('invalid').perform({ kind: 'validate' }, call()), 'configuration', /^validate was told to fail$/);
    });
    proves('test', 'test', 'a target that answers passes, another fails with the class the connector chose', async () => {
      await facade().perform({ kind: 'test' }, call());
      await expectFailure(() => facade('untested').perform({ kind: 'test' }, call()), 'connectionFailed', /^test was told to fail$/);
    });
    proves('schema', 'test', 'classes, types and flags', async () => {
      const schema = await facade().perform({ kind: 'schema' }, call());
      expect(schema?.objectClasses.map(({ type, isContainer }) => ({ type, isContainer })).sort((left, right) => (left.type < right.type ? -1 : 1))).toEqual([
        { type: '__ACCOUNT__', isContainer: false }, { type: '__GROUP__', isContainer: true }, { type: 'typed', isContainer: false },
      ]);
      const typed = new Map(schema?.objectClasses.find(({ type }) => type === 'typed')?.attributes.map(({ name, type }) => [name, type]));
      expect(Object.fromEntries(typed)).toMatchObject({
        aString: 'String', anInteger: 'Integer', aLong: 'Long', aDouble: 'Double', aFloat: 'Float', aBoolean: 'Boolean', aCharacter: 'Character', aByte: 'Byte', bytes: 'ByteArray',
        aBigInteger: 'BigInteger', aBigDecimal: 'BigDecimal', aGuardedString: 'GuardedString', someGuardedBytes: 'GuardedByteArray', aMap: 'Map',
      });
    });

    proves('get', 'test', 'values of every type, exactly', async () => {
      const typed = await facade().perform({ kind: 'get', objectClass: 'typed', uid: new Uid('typed-1'), options }, call());
      expect(Object.fromEntries((typed?.attributes ?? []).map(({ name, values }) => [name, values]))).toEqual({
        __UID__: ['typed-1'], __NAME__: ['typed one'], aString: ['text with ümläuts, "quotes", 😀 and\nlines'], anInteger: [-2_147_483_648, 0, 2_147_483_647],
        aLong: [-(2n ** 63n), 9_007_199_254_740_993n, 2n ** 63n - 1n], aDouble: [0.1, -1e300, 5e-324].map((value) => new IcfDouble(value)), aFloat: [0.1, -3.4e38].map((value) => new IcfFloat(value)),
        aBoolean: [true, false], aCharacter: ['a', '€'].map((value) => new IcfCharacter(value)), aByte: [-128, 127].map((value) => new IcfByte(value)),
        bytes: [new Uint8Array([0, 1, 255, 127, 128]), new Uint8Array()], aBigInteger: [new IcfBigInteger(123456789012345678901234567890n)],
        aBigDecimal: [new IcfBigDecimal(1234567890123456789012345678900n, 21)], aGuardedString: [expect.any(GuardedString)], someGuardedBytes: [expect.any(GuardedByteArray)],
        aMap: [new Map<string, unknown>([['text', 'value'], ['number', 7], ['list', ['a', true]], ['map', new Map([['deep', 42n]])]])],
        withNull: ['one', null, 'three'], empty: [], nothing: null,
      });
      expect((typed?.get('aGuardedString')?.single as GuardedString).reveal()).toBe('secret text');
      expect([...(typed?.get('someGuardedBytes')?.single as GuardedByteArray).reveal()]).toEqual([1, 2, 3]);
      expect(await facade().perform({ kind: 'get', objectClass: ACCOUNT, uid: new Uid('nobody'), options }, call())).toBeNull();
    });

    proves('search', 'test', 'filters run at the connector', async () => {
      const found = await collect(facade(), { ...search, filter: { kind: 'and', operands: [{ kind: 'greaterThan', attribute: Attribute.of('age', 30) }, { kind: 'endsWith', attribute: Attribute.of('sn', '5') }] } });
      expect(found.items.map(({ uid }) => uid.value)).toEqual([user(15)]);
    });
    proves('search-paged', 'test', 'page by page', async () => {
      const { items, end } = await collect(facade(), { ...search, options: OperationOptions.of({ [OPTION.pageSize]: 8, [OPTION.pagedResultsOffset]: 4 }) });
      expect([items[0]?.uid.value, items.length, end]).toEqual([user(4), 8, { pagedResultsCookie: '12', totalPagedResultsPolicy: 'NONE', totalPagedResults: -1, remainingPagedResults: -1 }]);
      expect((await collect(facade(), { ...search, options: OperationOptions.of({ [OPTION.pageSize]: 8, [OPTION.pagedResultsCookie]: '12' }) }))).toMatchObject({ items: { length: 8 }, end: { pagedResultsCookie: null } });
    });
    proves('search-sorted', 'test', 'in the order of two keys', async () => {
      const keys = new IcfArray('SortKey', [new SortKey('__ENABLE__', false), new SortKey('givenName', true)]);
      const { items } = await collect(facade(), { ...search, options: OperationOptions.of({ [OPTION.sortKeys]: keys }) });
      expect(items.slice(0, 3).map(({ uid }) => uid.value)).toEqual([user(0), user(10), user(12)]);
    });
    proves('search-stopped', 'test', 'a consumer who stops makes the connector stop', async () => {
      const stream = facade('slow').stream(search, call());
      await stream.next();
      await stream.return(undefined);
      const facts = async (): Promise<IcfValue | undefined> => (await facade('slow').perform({ kind: 'scriptOnConnector', script: new Script('echo', 'facts'), scriptArguments: new Map(), options }, call()) as Map<string, IcfValue>).get('lastSearch');
      await until(async () => await facts() !== undefined, 'the connector to say how its search ended');
      expect((await facts() as Map<string, IcfValue>).get('stopped')).toBe(true);
    });
    proves('search-cancelled', 'test', 'a search that is cancelled ends at once with an error, while the connector waits', async () => {
      const abort = new AbortController();
      const stream = facade('slow').stream(search, call(abort.signal));
      await stream.next();
      abort.abort(new Error('nobody waits any more'));
      await expect((async () => { for (;;) if ((await stream.next()).done === true) return; })()).rejects.toThrow();
    });

    proves('create', 'test', 'answers uid and revision', async () => {
      const uid = await create('made', [Attribute.of('mail', 'a', 'b'), Attribute.of('__PASSWORD__', new GuardedString('S3cret'))]);
      expect(uid.revision).toBe('1');
      await expectFailure(() => create('made'), 'alreadyExists', /^made exists already$/);
    });
    proves('update', 'test', 'replaces, and a stale revision is refused', async () => {
      const uid = await create('replaced');
      const update = (on: Uid) => facade().perform({ kind: 'update', objectClass: ACCOUNT, uid: on, updateType: 'REPLACE', attributes: [Attribute.of('sn', 'New')], options }, call());
      expect(await update(uid)).toMatchObject({ value: uid.value, revision: '2' });
      await expectFailure(() => update(uid), 'preconditionFailed', /revision/);
    });
    for (const [operation, updateType, expected] of [['add-values', 'ADD', ['a', 'b', 'c']], ['remove-values', 'REMOVE', ['a']]] as const) {
      proves(operation, 'test', `${updateType} ${updateType === 'ADD' ? 'to' : 'from'} a list`, async () => {
        const uid = await create(updateType, [Attribute.of('mail', 'a', 'b')]);
        await facade().perform({ kind: 'update', objectClass: ACCOUNT, uid, updateType, attributes: [Attribute.of('mail', 'b', 'c')], options }, call());
        expect((await facade().perform({ kind: 'get', objectClass: ACCOUNT, uid: new Uid(uid.value), options }, call()))?.get('mail')?.values).toEqual(expected);
      });
    }
    proves('delete', 'test', 'once', async () => {
      const uid = await create('deleted');
      const remove = () => facade().perform({ kind: 'delete', objectClass: ACCOUNT, uid: new Uid(uid.value), options }, call());
      await remove();
      await expectFailure(remove, 'unknownUid');
    });

    proves('authenticate', 'test', 'a guarded password arrives as it is', async () => {
      const uid = await create('login', [Attribute.of('__PASSWORD__', new GuardedString('pä$$ 😀'))]);
      const login = (username: string, password: string) => facade().perform({ kind: 'authenticate', objectClass: ACCOUNT, username, password: new GuardedString(password), options }, call());
      expect((await login('login', 'pä$$ 😀'))?.value).toBe(uid.value);
      await expectFailure(() => login('login', 'wrong'), 'invalidPassword', /^Wrong password of login$/);
      await expectFailure(() => login('nobody', 'x'), 'invalidCredential');
    });
    proves('resolve-username', 'test', 'the uid of a name', async () => {
      expect(await facade().perform({ kind: 'resolveUsername', objectClass: ACCOUNT, username: 'name-3', options }, call())).toMatchObject({ value: user(3) });
    });

    for (const [operation, kind] of [['script-on-connector', 'scriptOnConnector'], ['script-on-resource', 'scriptOnResource']] as const) {
      proves(operation, 'test', `${kind} takes arguments of every type and gives them back`, async () => {
        const given = new Map<string, IcfValue>([
          ['text', 'x'], ['integer', 1], ['long', 2n], ['double', new IcfDouble(0.5)], ['float', new IcfFloat(0.25)], ['byte', new IcfByte(-1)], ['character', new IcfCharacter('c')], ['yes', true],
          ['bytes', new Uint8Array([9])], ['big', new IcfBigInteger(2n ** 90n)], ['decimal', new IcfBigDecimal(15n, 1)], ['file', new IcfFile('/tmp/x')], ['uri', new IcfUri('ldap://x')],
          ['none', null], ['list', ['a', 1, null]], ['map', new Map<IcfValue, IcfValue>([['k', 7n]])], ['set', new Set<IcfValue>(['only'])], ['texts', new IcfArray('String', ['p', 'q'])],
          ['class', new ObjectClassReference('__GROUP__')], ['qualified', new QualifiedUid('__ACCOUNT__', 'u')], ['uid', new Uid('u', '3')],
        ]);
        expect(await script('arguments', kind, given)).toEqual(given);
        expect(await script('place', kind)).toBe(kind === 'scriptOnResource' ? 'resource' : 'connector');
        expect(await script('null', kind)).toBeNull();
        expect(await script('options', kind, new Map(), OperationOptions.of({ variablePrefix: 'p', number: 5 }))).toEqual(new Map<string, IcfValue>([['variablePrefix', 'p'], ['number', 5]]));
        await expectFailure(() => script('throw:java.lang.IllegalStateException', kind), 'illegalState');
      });
    }

    proves('batch', 'test', 'creates, updates of every kind and deletes, and the task that fails says so', async () => {
      const uid = new Uid((await create('in batch', [Attribute.of('mail', 'a')])).value);
      const tasks: BatchTask[] = [
        { kind: 'create', objectClass: ACCOUNT, attributes: [new Name('batch 1'), Attribute.of('sn', 'x')], options },
        { kind: 'create', objectClass: ACCOUNT, attributes: [new Name('in batch')], options },
        { kind: 'update', objectClass: ACCOUNT, uid, updateType: 'ADD', attributes: [Attribute.of('mail', 'b')], options },
        { kind: 'update', objectClass: ACCOUNT, uid, updateType: 'REPLACE', attributes: [Attribute.of('sn', 'y')], options },
        { kind: 'delete', objectClass: ACCOUNT, uid, options },
      ];
      const { items, end } = await collect(facade(), { kind: 'batch', tasks, options });
      const byTask = new Map(items.map((item) => [item.task, item]));
      expect([...byTask.keys()].sort()).toEqual([0, 1, 2, 3, 4]);
      expect([byTask.get(0)?.error, byTask.get(2)?.uid?.value, byTask.get(3)?.uid?.value, byTask.get(4)?.error]).toEqual([undefined, uid.value, uid.value, undefined]);
      expect(byTask.get(1)?.error?.message).toContain('in batch exists already');
      expect(end).toMatchObject({ tokens: [], queryRequired: false });
      expect(await facade().perform({ kind: 'get', objectClass: ACCOUNT, uid, options }, call())).toBeNull();
    });

    proves('latest-sync-token', 'test', 'a Long, which grows with each change', async () => {
      const token = async (): Promise<bigint> => (await facade().perform({ kind: 'latestSyncToken', objectClass: ACCOUNT }, call()))?.value as bigint;
      const before = await token();
      await create('counted');
      expect(await token()).toBe(before + 1n);
    });
    proves('sync', 'test', 'creates, updates and deletes after a token, in order, and the token to go on from', async () => {
      const token = await facade().perform({ kind: 'latestSyncToken', objectClass: ACCOUNT }, call());
      const uid = await create('followed');
      await facade().perform({ kind: 'update', objectClass: ACCOUNT, uid, updateType: 'REPLACE', attributes: [Attribute.of('sn', 'z')], options }, call());
      await facade().perform({ kind: 'delete', objectClass: ACCOUNT, uid: new Uid(uid.value), options }, call());
      const { items, end } = await collect(facade(), { kind: 'sync', objectClass: ACCOUNT, token, options });
      expect(items.map((delta) => [delta.kind, delta.uid.value, delta.object?.get('sn')?.single])).toEqual([['CREATE', uid.value, undefined], ['UPDATE', uid.value, 'z'], ['DELETE', uid.value, undefined]]);
      expect(end).toEqual({ value: (token?.value as bigint) + 3n });
    });

    for (const [operation, kind] of [['subscribe-objects', 'subscribeToObjects'], ['subscribe-changes', 'subscribeToChanges']] as const) {
      proves(operation, 'test', `${kind}: events until the connector ends it, an error when it fails`, async () => {
        const first = await subscribe(kind);
        await create(`${kind} 1`);
        await create(`${kind} 2`);
        await create('end-of-events').catch(() => undefined);
        const names = (await rest(first)).map((event) => (event instanceof ConnectorObject ? event : event.object)?.name.value);
        expect(names).toEqual([`${kind} 1`, `${kind} 2`]);
        await forget('end-of-events');
        const second = await subscribe(kind);
        await create('error-of-events');
        await expectFailure(() => rest(second), 'illegalState', /the subscription was told to fail/);
        await forget('error-of-events');
      });
      proves(operation, 'test', `${kind}: leaving it ends it at the connector`, async () => {
        const stream = await subscribe(kind);
        await create(`${kind} left`);
        await stream.next();
        await stream.return(undefined);
        await until(async () => (await script('facts') as Map<string, IcfValue>).get('subscriptions') === 0, 'the connector to be unsubscribed from');
      });
    }

    for (const javaClass of EXCEPTIONS) {
      proves('errors', 'test', `${javaClass} arrives as such`, async () => {
        const error = await expectFailure(() => facade().perform({ kind: 'delete', objectClass: ACCOUNT, uid: new Uid(`throw:${javaClass}`), options }, call()), errorKindOf(javaClass) ?? 'connector', /told to throw/);
        expect(error.javaClass).toBe(javaClass);
      });
    }
    proves('errors', 'test', 'an error after ten objects ends a search with what came before it', async () => {
      const given = OperationOptions.of({ throwAfter: 10, throwClass: `${ICF}.ConnectionBrokenException` });
      const seen: unknown[] = [];
      const error = await expectFailure(async () => {
        for await (const object of facade().stream({ ...search, options: given }, call())) seen.push(object.uid.value);
      }, 'connectionBroken', /^told to fail after 10$/);
      expect(error).toBeInstanceOf(ConnectorError);
      // Up to ten, in order: an error has no number, and may overtake results that are on their way over the other socket.
      expect(seen).toEqual(Array.from({ length: 10 }, (_, number) => user(number)).slice(0, seen.length));
    });
  });

  async function create(name: string, attributes: readonly Attribute[] = []): Promise<Uid> {
    const uid = await facade().perform({ kind: 'create', objectClass: ACCOUNT, attributes: [new Name(name), ...attributes], options }, call());
    if (uid === null) throw new Error('no uid');
    return uid;
  }

  async function forget(name: string): Promise<void> {
    const { items } = await collect(facade(), { ...search, filter: { kind: 'equals', attribute: new Name(name) } });
    for (const { uid } of items) await facade().perform({ kind: 'delete', objectClass: ACCOUNT, uid: new Uid(uid.value), options }, call());
  }

  /** Opens a subscription and waits until the connector has it. */
  async function subscribe(kind: 'subscribeToObjects' | 'subscribeToChanges'): Promise<AsyncGenerator<ConnectorObject | SyncDelta, unknown, void>> {
    const subscriptions = async (): Promise<number> => Number((await script('facts') as Map<string, IcfValue>).get('subscriptions') ?? 0);
    const before = await subscriptions();
    const operation: StreamOperation = kind === 'subscribeToObjects' ? { kind, objectClass: ACCOUNT, filter: undefined, options } : { kind, objectClass: ACCOUNT, token: null, options };
    const stream = facade().stream(operation, call()) as AsyncGenerator<ConnectorObject | SyncDelta, unknown, void>;
    const opened = primed(stream);
    await until(async () => await subscriptions() > before, 'the subscription to stand');
    return opened;
  }
}

/** Asks for the first item at once: a stream begins when somebody wants something of it. */
function primed<T>(stream: AsyncGenerator<T, unknown, void>): AsyncGenerator<T, unknown, void> {
  const first = stream.next();
  first.catch(() => undefined); // whoever reads hears of it
  return continued(stream, first);
}

async function* continued<T>(stream: AsyncGenerator<T, unknown, void>, first: Promise<IteratorResult<T, unknown>>): AsyncGenerator<T, unknown, void> {
  try {
    const step = await first;
    if (step.done === true) return step.value;
    yield step.value;
    return yield* stream;
  } finally {
    await stream.return(undefined);
  }
}

async function rest<T>(stream: AsyncGenerator<T, unknown, void>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}
