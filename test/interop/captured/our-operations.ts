import {
  Attribute, ConnectorError, GuardedByteArray, GuardedString, IcfArray, IcfBigDecimal, IcfBigInteger, IcfByte, IcfCharacter, IcfDouble, IcfFile, IcfFloat, IcfUri,
  Name, ObjectClassReference, OperationOptions, QualifiedUid, Script, SortKey, Uid,
  type ConnectorFacade, type Filter, type IcfValue, type SingleOperation, type SingleResults, type StreamOperation,
} from '../../../protocol/model/index.js';
import { EXCEPTIONS } from './java-samples.js';

const ACCOUNT = { objectClass: '__ACCOUNT__', options: OperationOptions.none } as const;
const TYPED = { objectClass: 'typed', options: OperationOptions.none } as const;
const LIMIT_MS = 30_000;

const VALUES: Readonly<Record<string, IcfValue>> = {
  aString: 'ü 😀', anInteger: -2_147_483_648, aLong: 9_007_199_254_740_993n, aDouble: new IcfDouble(0.1), notANumber: new IcfDouble(NaN), aFloat: new IcfFloat(0.1), aBoolean: true,
  aCharacter: new IcfCharacter('€'), aByte: new IcfByte(-128), bytes: Uint8Array.of(0, 255), aBigInteger: new IcfBigInteger(-(10n ** 30n)), aBigDecimal: new IcfBigDecimal(1n, -400),
  aGuardedString: new GuardedString('geheim €'), guardedBytes: new GuardedByteArray(Uint8Array.of(1, 2)), aMap: new Map<IcfValue, IcfValue>([['only', ['a', 1n, null]]]),
};

const EVERY_OPTION = OperationOptions.of({
  ATTRS_TO_GET: new IcfArray('String', ['sn', 'givenName']), PAGE_SIZE: 3, PAGED_RESULTS_OFFSET: 1, SORT_KEYS: new IcfArray('SortKey', [new SortKey('sn', false)]), SCOPE: 'subtree',
  CONTAINER: new QualifiedUid('__GROUP__', 'g1'), RUN_WITH_PASSWORD: new GuardedString('x'), uri: new IcfUri('ldap://x'), file: new IcfFile('/tmp'), objectClass: new ObjectClassReference('typed'),
  script: new Script('echo', 'x'), ints: new IcfArray('int', [1, 2]), double: new IcfDouble(1), float: new IcfFloat(1), character: new IcfCharacter('c'), nothing: null,
});

const all = (kind: 'and' | 'or', ...operands: Filter[]): Filter => ({ kind, operands });
const on = (kind: 'contains' | 'startsWith' | 'endsWith' | 'greaterThan' | 'lessThanOrEqual' | 'containsAllValues' | 'equals', name: string, ...values: IcfValue[]): Filter =>
  ({ kind, attribute: new Attribute(name, values) });

const FILTERS: readonly Filter[] = [
  { kind: 'equals', attribute: new Uid('user-000003') }, { kind: 'equals', attribute: new Name('name-3') }, on('containsAllValues', 'mail', 'user3@example.com'), on('contains', 'sn', '3'),
  on('startsWith', 'sn', 'F'), on('endsWith', 'sn', '1'), on('greaterThan', 'age', 70), on('lessThanOrEqual', 'age', 21), { kind: 'presence', name: 'age' },
  { kind: 'extendedMatch', operator: 'soundsLike', attribute: Attribute.of('sn', 'x') }, { kind: 'not', operand: on('startsWith', 'sn', 'F') },
  all('and', on('startsWith', 'sn', 'F'), all('or', on('equals', 'age', 20), on('equals', 'age', 21)), on('contains', 'sn', '1')),
];

/** One facade with every call's failure taken as an outcome of its own. */
class Caller {
  readonly #facade: ConnectorFacade;

  constructor(facade: ConnectorFacade) {
    this.#facade = facade;
  }

  async perform<O extends SingleOperation>(operation: O): Promise<SingleResults[O['kind']] | undefined> {
    return refusedOr(() => this.#facade.perform(operation, { signal: AbortSignal.timeout(LIMIT_MS) }));
  }

  /** Reads it to its end, or leaves it after so many items. */
  async stream(operation: StreamOperation, leaveAfter = Infinity): Promise<number> {
    let items = 0;
    const signal = AbortSignal.timeout(LIMIT_MS);
    await refusedOr(async () => {
      const results = this.#facade.stream(operation, { signal });
      while (items < leaveAfter && (await results.next()).done !== true) items++;
      await results.return(undefined); // its end value is not looked at
    });
    return items;
  }
}

async function refusedOr<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    return undefined;
  }
}

async function changes(call: Caller): Promise<void> {
  const attributes = [new Name('made'), Attribute.of('__PASSWORD__', new GuardedString('Passw0rd')), new Attribute('nothing', null), ...Object.entries(VALUES).map(([name, value]) => Attribute.of(name, value))];
  const uid = await call.perform({ kind: 'create', ...TYPED, attributes }) ?? new Uid('typed-1');
  await call.perform({ kind: 'get', ...TYPED, uid });
  await call.perform({ kind: 'get', ...TYPED, uid: new Uid('nobody') });
  for (const updateType of ['REPLACE', 'ADD', 'REMOVE'] as const) {
    await call.perform({ kind: 'update', ...TYPED, uid: new Uid(uid.value), updateType, attributes: [Attribute.of('several', 'a', 'b')] });
  }
  await call.perform({ kind: 'update', ...TYPED, uid: new Uid(uid.value, '99'), updateType: 'REPLACE', attributes: [Attribute.of('several', 'a')] });
  for (const password of ['Passw0rd', 'wrong']) await call.perform({ kind: 'authenticate', ...TYPED, username: 'made', password: new GuardedString(password) });
  for (const username of ['made', 'nobody']) await call.perform({ kind: 'resolveUsername', ...TYPED, username });
  await call.perform({ kind: 'delete', ...TYPED, uid: new Uid(uid.value), options: EVERY_OPTION });
  for (const javaClass of EXCEPTIONS) await call.perform({ kind: 'delete', ...ACCOUNT, uid: new Uid(`throw:${javaClass}`) });
}

async function streams(call: Caller): Promise<void> {
  for (const objectClass of ['__ACCOUNT__', 'typed']) await call.stream({ kind: 'search', objectClass, filter: undefined, options: OperationOptions.none });
  for (const filter of FILTERS) await call.stream({ kind: 'search', ...ACCOUNT, filter });
  await call.stream({ kind: 'search', ...ACCOUNT, filter: undefined, options: EVERY_OPTION });
  await call.stream({ kind: 'search', ...ACCOUNT, filter: undefined }, 5);
  for (const objectClass of ['__ACCOUNT__', 'typed', '__ALL__']) await call.stream({ kind: 'sync', objectClass, token: { value: 0n }, options: OperationOptions.none });
  await call.stream({ kind: 'batch', options: OperationOptions.none, tasks: [
    { kind: 'create', ...ACCOUNT, attributes: [new Name('by batch')] }, { kind: 'delete', ...ACCOUNT, uid: new Uid('user-000001') }, { kind: 'delete', ...ACCOUNT, uid: new Uid('nobody') },
    { kind: 'update', ...ACCOUNT, uid: new Uid('user-000002'), updateType: 'ADD', attributes: [Attribute.of('mail', 'x')] },
  ] });
  await call.stream({ kind: 'queryBatch', tokens: ['one', 'two'], options: OperationOptions.none });
}

async function scripts(call: Caller): Promise<void> {
  for (const kind of ['scriptOnConnector', 'scriptOnResource'] as const) {
    const run = (text: string, scriptArguments: ReadonlyMap<string, IcfValue> = new Map()): Promise<unknown> =>
      call.perform({ kind, script: new Script('echo', text), scriptArguments, options: OperationOptions.none });
    for (const text of ['place', 'null', 'facts', 'configuration', 'change', 'arguments', `throw:${EXCEPTIONS[0] ?? ''}`]) await run(text);
    for (const [name, value] of Object.entries(VALUES)) await run('arguments', new Map([[name, value]]));
  }
}

/** Subscriptions with an event each and an end by the peer. */
async function subscriptions(call: Caller): Promise<void> {
  const create = (name: string): Promise<unknown> => call.perform({ kind: 'create', ...ACCOUNT, attributes: [new Name(name)] });
  const open = [call.stream({ kind: 'subscribeToObjects', ...ACCOUNT, filter: undefined }), call.stream({ kind: 'subscribeToChanges', ...ACCOUNT, token: { value: 0n } })];
  await call.perform({ kind: 'test' }); // both are in force: a Java server takes messages of one socket in turn
  const facts = async (): Promise<number> => {
    const known = await call.perform({ kind: 'scriptOnConnector', script: new Script('echo', 'facts'), scriptArguments: new Map(), options: OperationOptions.none });
    const count = known instanceof Map ? known.get('subscriptions') : undefined;
    return typeof count === 'number' ? count : 0;
  };
  const limit = Date.now() + LIMIT_MS;
  while (await facts() < open.length && Date.now() < limit) await new Promise((resolve) => { setTimeout(resolve, 20); });
  await create('event 1');
  await create('end-of-events');
  await Promise.all(open);
}

/** Every operation on the Java test connector, as our controller asks for it. */
export async function everyOperationByUs(facade: ConnectorFacade): Promise<void> {
  const call = new Caller(facade);
  await call.perform({ kind: 'validate' });
  await call.perform({ kind: 'test' });
  await call.perform({ kind: 'schema' });
  await call.perform({ kind: 'latestSyncToken', objectClass: '__ACCOUNT__' });
  await changes(call);
  await streams(call);
  await scripts(call);
  await subscriptions(call);
}

/** What the Java CSV connector can do. */
export async function everyCsvOperationByUs(facade: ConnectorFacade): Promise<void> {
  const call = new Caller(facade);
  for (const kind of ['validate', 'test', 'schema'] as const) await call.perform({ kind });
  for (const filter of [undefined, ...FILTERS]) await call.stream({ kind: 'search', ...ACCOUNT, filter });
  await call.stream({ kind: 'search', ...ACCOUNT, filter: undefined, options: EVERY_OPTION });
  const token = await call.perform({ kind: 'latestSyncToken', objectClass: '__ACCOUNT__' }) ?? null;
  await call.stream({ kind: 'sync', ...ACCOUNT, token });
  const uid = await call.perform({ kind: 'create', ...ACCOUNT, attributes: [new Name('made'), Attribute.of('sn', 'Ade')] }) ?? new Uid('p3');
  await call.perform({ kind: 'get', ...ACCOUNT, uid });
  await call.perform({ kind: 'update', ...ACCOUNT, uid, updateType: 'REPLACE', attributes: [Attribute.of('sn', 'Other')] });
  await call.stream({ kind: 'sync', ...ACCOUNT, token });
  await call.perform({ kind: 'authenticate', ...ACCOUNT, username: 'p1', password: new GuardedString('secret1') });
  await call.perform({ kind: 'delete', ...ACCOUNT, uid });
}
