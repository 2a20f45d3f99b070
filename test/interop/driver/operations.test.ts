import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigOf } from '../../../connectors/framework/properties.js';
import { ConnectorError, Uid, attributeInfo, type GuardedString, type Schema } from '../../../protocol/model/index.js';
import { memoryProperties } from '../../support/memory-connector.js';
import { until } from '../../support/until.js';
import { failureOf, JAVA_CLASS } from './support/failure-of.js';
import { MEMORY_CONNECTOR, startMemoryWorld, type MemoryWorld } from './support/memory-agent.js';
import { provenOn } from './support/proven.js';

const ACCOUNT = '__ACCOUNT__';
const proven = provenOn('test');

const SCHEMA: Schema = {
  objectClasses: [
    {
      type: ACCOUNT, isContainer: false,
      attributes: [
        attributeInfo('__NAME__', 'String', 'REQUIRED'), attributeInfo('count', 'Integer', 'NOT_CREATABLE', 'NOT_UPDATEABLE'), attributeInfo('big', 'BigInteger', 'MULTIVALUED'),
        attributeInfo('secret', 'GuardedString', 'NOT_READABLE', 'NOT_RETURNED_BY_DEFAULT'), attributeInfo('raw', 'byte[]'), attributeInfo('map', 'Map'), attributeInfo('small', 'int'), attributeInfo('flag', 'boolean'),
      ],
    },
    { type: 'container', isContainer: true, attributes: [attributeInfo('__NAME__', 'String', 'REQUIRED')] },
  ],
  operationOptions: [{ name: 'depth', type: 'Integer' }, { name: 'names', type: 'String[]' }],
  objectClassesByOperation: new Map([['SearchApiOp', [ACCOUNT, 'container']], ['CreateApiOp', [ACCOUNT]]]),
  optionsByOperation: new Map([['SearchApiOp', ['depth', 'names']], ['CreateApiOp', []]]),
};

let world: MemoryWorld;
const opened: ConfigOf<typeof memoryProperties>[] = [];
const scripts: { where: string; language: string; text: string }[] = [];
beforeAll(async () => {
  world = await startMemoryWorld({
    connector: {
      operations: {
        schema: async () => SCHEMA,
        async* sync(_, { token, objectClass }) {
          if (objectClass === 'broken') throw new ConnectorError('invalidAttributeValue', 'this token is none of ours');
          const after = typeof token?.value === 'number' ? token.value : 0;
          for (const delta of world.target.changes.slice(after)) yield delta;
          return { value: world.target.changes.length };
        },
        resolveUsername: async (_, { username }) => {
          if (username !== 'ann') throw new ConnectorError('invalidCredential', `nobody is called ${username}`);
          return new Uid('u-ann', 'r1');
        },
        authenticate: async (_, { username, password }) => {
          if (username !== 'ann' || password.reveal() !== 'pw ß🐈') throw new ConnectorError('invalidPassword', 'no');
          return new Uid('u-ann');
        },
        scriptOnConnector: async (_, { script, scriptArguments }) => {
          scripts.push({ where: 'connector', language: script.language, text: script.text });
          return `${scriptArguments.get('greeting') as string} from the connector`;
        },
        scriptOnResource: async (_, { script, options }) => {
          scripts.push({ where: 'resource', language: script.language, text: script.text });
          return options.entries.get('variablePrefix') ?? null;
        },
      },
      extra: {
        open: async (config) => {
          opened.push(config as ConfigOf<typeof memoryProperties>);
          const session = { number: 0, alive: true, closed: false };
          world.target.sessions.push(session);
          return session;
        },
      },
    },
  });
});
afterAll(() => world.stop());
afterEach(() => { world.target.before = async () => undefined; });

it('the list names the connector, its properties with types, defaults and flags, its operations and its messages', () => proven('list', async () => {
  const info = await world.connection.info(MEMORY_CONNECTOR);
  expect(info).toMatchObject({
    bundleName: 'example.memory-connector', bundleVersion: '1.5.0.0', connectorName: MEMORY_CONNECTOR, displayName: 'Memory', poolingSupported: true, timeouts: {},
    pool: { maxObjects: 10, maxIdle: 10, maxWait: '150000', minEvictableIdleTimeMillis: '120000', minIdle: 1 },
    resultsHandlers: { enableNormalizingResultsHandler: true, enableFilteredResultsHandler: true, enableCaseInsensitiveFilter: false, enableAttributesToGetSearchResultsHandler: true },
  });
  const table = info.properties.map(({ name, type, value, required, confidential }) => ({ name, type, value, required, confidential }));
  expect(table).toEqual([
    { name: 'host', type: 'java.lang.String', value: null, required: true, confidential: false },
    { name: 'port', type: 'int', value: { type: 'Integer', value: '42' }, required: false, confidential: false },
    { name: 'maxAge', type: 'long', value: { type: 'Long', value: '60' }, required: false, confidential: false },
    { name: 'tls', type: 'boolean', value: { type: 'Boolean', value: false }, required: false, confidential: false },
    { name: 'credentials', type: 'org.identityconnectors.common.security.GuardedString', value: null, required: false, confidential: true },
    { name: 'bases', type: '[Ljava.lang.String;', value: { type: 'Array', component: 'String', items: ['o=all'] }, required: false, confidential: false },
    { name: 'store', type: 'java.io.File', value: null, required: false, confidential: false },
  ]);
  expect(info.properties.find(({ name }) => name === 'store')).toMatchObject({ displayName: 'Store file', helpMessage: 'Where it keeps things.' });
  expect([...info.supportedOperations].sort()).toEqual([
    'AuthenticationApiOp', 'BatchApiOp', 'ConnectorEventSubscriptionApiOp', 'CreateApiOp', 'DeleteApiOp', 'GetApiOp', 'ResolveUsernameApiOp', 'SchemaApiOp', 'ScriptOnConnectorApiOp',
    'ScriptOnResourceApiOp', 'SearchApiOp', 'SyncApiOp', 'SyncEventSubscriptionApiOp', 'TestApiOp', 'UpdateApiOp', 'ValidateApiOp',
  ]);
}));

it('property values of every type reach the connector; unset ones have their defaults', () => proven('test', async () => {
  const facade = await world.connection.configure(MEMORY_CONNECTOR, { host: 'höst', port: 65_535, maxAge: 2 ** 40, tls: true, credentials: 'geheim 🐈', bases: ['a', 'b'], store: '/tmp/ä b' });
  await facade.test();
  const config = opened.at(-1)!;
  expect(config).toMatchObject({ host: 'höst', port: 65_535, maxAge: 2 ** 40, tls: true, bases: ['a', 'b'], store: '/tmp/ä b' });
  expect((config.credentials as GuardedString).reveal()).toBe('geheim 🐈');
  await (await world.connection.configure(MEMORY_CONNECTOR, { host: 'other' })).test();
  expect(opened.at(-1)).toMatchObject({ host: 'other', port: 42, maxAge: 60, tls: false, credentials: null, bases: ['o=all'], store: null });
}));

it('validate refuses what the table refuses', () => proven('validate', async () => {
  await world.facade.validate();
  const without = await world.connection.configure(MEMORY_CONNECTOR, {});
  expect(await failureOf(without.validate())).toMatchObject({ javaClass: JAVA_CLASS.configuration, message: expect.stringContaining('\'host\'') as string });
}));

it('schema: types, flags, options and what belongs to which operation', () => proven('schema', async () => {
  const schema = await world.facade.schema();
  expect(schema.objectClasses).toEqual([
    {
      name: ACCOUNT, container: false,
      attributes: [
        { name: '__NAME__', type: 'java.lang.String', flags: ['REQUIRED'] }, { name: 'big', type: 'java.math.BigInteger', flags: ['MULTIVALUED'] },
        { name: 'count', type: 'java.lang.Integer', flags: ['NOT_CREATABLE', 'NOT_UPDATEABLE'] }, { name: 'flag', type: 'boolean', flags: [] }, { name: 'map', type: 'java.util.Map', flags: [] },
        { name: 'raw', type: '[B', flags: [] }, { name: 'secret', type: 'org.identityconnectors.common.security.GuardedString', flags: ['NOT_READABLE', 'NOT_RETURNED_BY_DEFAULT'] },
        { name: 'small', type: 'int', flags: [] },
      ],
    },
    { name: 'container', container: true, attributes: [{ name: '__NAME__', type: 'java.lang.String', flags: ['REQUIRED'] }] },
  ]);
  expect(schema.options).toEqual([{ name: 'depth', type: 'java.lang.Integer' }, { name: 'names', type: '[Ljava.lang.String;' }]);
  expect(schema.objectClassesByOperation).toMatchObject({ SearchApiOp: [ACCOUNT, 'container'], CreateApiOp: [ACCOUNT] });
  expect(schema.optionsByOperation).toMatchObject({ SearchApiOp: ['depth', 'names'] });
}));

it('update, add and remove of values the connector can only replace: the agent reads and merges', async () => {
  world.target.add('merged', { colours: ['red', 'green'], other: 'stays' });
  const colours = (): unknown => world.target.objects.get('merged')?.get('colours')?.values;
  await proven('add-values', async () => {
    await world.facade.addValues(ACCOUNT, 'merged', { colours: ['blue', 'red'] });
    expect(colours()).toEqual(['red', 'green', 'blue']);
  });
  await proven('remove-values', async () => {
    await world.facade.removeValues(ACCOUNT, 'merged', { colours: ['green', 'violet'] });
    expect(colours()).toEqual(['red', 'blue']);
  });
  await proven('update', async () => {
    await world.facade.update(ACCOUNT, 'merged', { colours: ['black'] });
    expect(colours()).toEqual(['black']);
    expect(world.target.objects.get('merged')?.get('other')?.single).toBe('stays');
  });
  await proven('delete', async () => {
    await world.facade.delete(ACCOUNT, 'merged');
    expect(world.target.objects.has('merged')).toBe(false);
  });
});

describe('pages and order of a connector that has neither', () => {
  const sizes = ['M', 'L', 'S', 'XL', 'M', 'S', 'L'];
  const paged = { type: 'startsWith', attribute: '__NAME__', value: 'paged-' } as const;
  beforeAll(() => { for (const [index, size] of sizes.entries()) world.target.add(`paged-${index}`, { size, place: `${(index * 3) % 7}` }); });

  it('pages by cookie, in the connector\'s order and in another', () => proven('search-paged', async () => {
    for (const [sortKeys, expected] of [[[], [0, 1, 2, 3, 4, 5, 6]], [[{ field: 'place', ascending: false }], [2, 4, 6, 1, 3, 5, 0]]] as const) {
      const seen: string[] = [];
      let cookie: string | null | undefined;
      do {
        const page = await world.facade.search(ACCOUNT, paged, { options: { pageSize: 3, sortKeys, ...(typeof cookie === 'string' ? { pagedResultsCookie: cookie } : {}) } });
        seen.push(...page.objects.map(({ uid }) => uid));
        cookie = page.result?.pagedResultsCookie;
      } while (typeof cookie === 'string' && seen.length < 20);
      expect(seen).toEqual(expected.map((index) => `paged-${index}`));
    }
  }));

  it('sorts by several keys, in both directions', () => proven('search-sorted', async () => {
    const { objects } = await world.facade.search(ACCOUNT, paged, { options: { sortKeys: [{ field: 'size', ascending: true }, { field: '__NAME__', ascending: false }] } });
    expect(objects.map(({ uid }) => uid)).toEqual([6, 1, 4, 0, 5, 2, 3].map((index) => `paged-${index}`));
  }));
});

it('authenticate and resolve username', async () => {
  await proven('authenticate', async () => {
    expect(await world.facade.authenticate(ACCOUNT, 'ann', 'pw ß🐈')).toEqual({ uid: 'u-ann' });
    expect(await failureOf(world.facade.authenticate(ACCOUNT, 'ann', ''))).toMatchObject({ javaClass: JAVA_CLASS.invalidPassword });
  });
  await proven('resolve-username', async () => {
    expect(await world.facade.resolveUsername(ACCOUNT, 'ann')).toEqual({ uid: 'u-ann', revision: 'r1' });
    expect(await failureOf(world.facade.resolveUsername(ACCOUNT, 'bob'))).toMatchObject({ javaClass: JAVA_CLASS.invalidCredential, message: 'nobody is called bob' });
  });
});

it('scripts on connector and on resource', async () => {
  await proven('script-on-connector', async () => {
    expect(await world.facade.scriptOnConnector({ language: 'JavaScript', text: 'a\nb', arguments: { greeting: 'hello' } })).toBe('hello from the connector');
  });
  await proven('script-on-resource', async () => {
    expect(await world.facade.scriptOnResource({ language: 'Shell', text: 'echo ß' }, { custom: { variablePrefix: 'V_' } })).toBe('V_');
  });
  expect(scripts).toEqual([{ where: 'connector', language: 'JavaScript', text: 'a\nb' }, { where: 'resource', language: 'Shell', text: 'echo ß' }]);
});

describe('batch', () => {
  const create = (name: string): { kind: 'create'; objectClass: string; attributes: Record<string, string> } => ({ kind: 'create', objectClass: ACCOUNT, attributes: { __NAME__: name } });

  it('a hundred tasks: one result each, in the order of the tasks, soon', () => proven('batch', async () => {
    const started = Date.now();
    const { results, completed, failure, token } = await world.facade.batch(Array.from({ length: 100 }, (_, index) => create(`batch-${index}`)));
    expect({ completed, failure }).toEqual({ completed: true, failure: null });
    expect(results.map(({ resultId, error }) => ({ resultId, error }))).toEqual(Array.from({ length: 100 }, (_, index) => ({ resultId: String(index), error: false })));
    for (const [index, { uid }] of results.entries()) expect(world.target.objects.get(uid!.uid)?.name.value).toBe(`batch-${index}`);
    expect(token).toMatchObject({ tokens: [], queryRequired: false });
    // The framework gives up waiting for the end of a batch 5 s after its last result; it must not have to.
    expect(Date.now() - started).toBeLessThan(4_000);
  }));

  it('serial, and ending at the first failure: the tasks after it are answered as not run', async () => {
    const running: string[] = [];
    let most = 0;
    world.target.before = async (operation) => {
      running.push(operation);
      most = Math.max(most, running.length);
      await new Promise((resolve) => { setTimeout(resolve, 5); });
      running.pop();
    };
    const { results } = await world.facade.batch([create('serial-0'), { kind: 'delete', objectClass: ACCOUNT, uid: 'nobody' }, create('serial-2'), create('serial-3')], {
      custom: { FAIL_ON_ERROR: { type: 'Boolean', value: true }, REQUIRE_SERIAL: 'true' },
    });
    expect(most).toBe(1);
    expect(results.map(({ error }) => error)).toEqual([false, true, true, true]);
    expect(results[2]?.message).toMatch(/not run/);
    expect([...world.target.objects.values()].some((object) => object.name.value === 'serial-2')).toBe(false);
  });

  it('adds, removals, updates and deletes of one object happen in their order', async () => {
    world.target.add('ordered', { colours: ['red'] });
    const on = { objectClass: ACCOUNT, uid: 'ordered' };
    const { results } = await world.facade.batch([
      { kind: 'addValues', ...on, attributes: { colours: 'green' } }, { kind: 'removeValues', ...on, attributes: { colours: 'red' } }, { kind: 'update', ...on, attributes: { size: 'L' } },
    ]);
    expect(results.map(({ error }) => error)).toEqual([false, false, false]);
    expect(world.target.objects.get('ordered')?.get('colours')?.values).toEqual(['green']);
    expect(world.target.objects.get('ordered')?.get('size')?.single).toBe('L');
  });

  it('a query for results is refused, since every batch is answered with its results', async () => {
    const token = { tokens: ['t'], queryRequired: true, asynchronousResults: true, returnsResults: true };
    expect(await failureOf(world.facade.queryBatch(token))).toMatchObject({ javaClass: JAVA_CLASS.unsupported });
  });
});

describe('subscriptions', () => {
  it('to changes: each change once, in order; a close ends it at the agent', () => proven('subscribe-changes', async () => {
    const subscription = await world.facade.subscribeChanges(ACCOUNT, { type: 'Integer', value: String(world.target.changes.length) });
    world.target.add('sub-1', { mail: 'one' });
    world.target.add('sub-1', { mail: 'two' });
    world.target.remove('sub-1');
    const { events, completed, failure } = await subscription.events(3);
    expect({ completed, failure }).toEqual({ completed: false, failure: null });
    // Each message is taken in a thread of its own up to 2.0.3, so their order is only known from the tokens.
    const inOrder = [...events].sort((a, b) => Number((a.token as { value: string }).value) - Number((b.token as { value: string }).value));
    expect(inOrder.map(({ deltaType }) => deltaType)).toEqual(['CREATE', 'UPDATE', 'DELETE']);
    const executing = world.agent.executing;
    await subscription.close();
    await until(() => world.agent.executing === executing - 1, 'the subscription to end');
    world.target.add('sub-2');
    expect((await world.facade.search(ACCOUNT, { type: 'equals', attribute: '__NAME__', values: ['sub-2'] })).count).toBe(1);
  }));

  it('to objects: those that match, reduced to what was asked for', () => proven('subscribe-objects', async () => {
    const before = world.agent.executing;
    const subscription = await world.facade.subscribeObjects(ACCOUNT, { type: 'startsWith', attribute: 'mail', value: 'yes' }, { attributesToGet: ['size'] });
    await until(() => world.agent.executing > before, 'the subscription to be at work');
    world.target.add('seen-not', { mail: 'no', size: 'S' });
    for (let round = 0, got = 0; got === 0 && round < 50; round++) {
      world.target.add('seen', { mail: 'yes', size: 'L' });
      got = (await subscription.events(1, 200)).events.length;
    }
    const { events } = await subscription.events(1);
    expect(events[0]).toEqual({ objectClass: ACCOUNT, uid: 'seen', name: 'seen', attributes: [{ name: 'size', values: ['L'] }] });
    expect(new Set(events.map(({ uid }) => uid))).toEqual(new Set(['seen']));
    await subscription.close();
    await until(() => world.agent.executing === before, 'the subscription to end');
  }));

  it('one that fails tells its observer, class and message', async () => {
    const subscription = await world.facade.subscribeChanges('broken', { type: 'Integer', value: '0' });
    const { failure } = await subscription.events(1);
    expect(failure).toMatchObject({ javaClass: JAVA_CLASS.invalidAttributeValue, message: 'this token is none of ours' });
    await subscription.close();
  });
});
