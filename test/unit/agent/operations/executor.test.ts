import { describe, expect, it } from 'vitest';
import { AgentExecutor, type ExecutorOptions } from '../../../../agent/operations/executor.js';
import { createFacade, defineConnector, properties, text, type AnyConnector, type FacadeEnvironment, type FacadeHandle } from '../../../../connectors/framework/index.js';
import { facadeKeyOf } from '../../../../protocol/codec/index.js';
import { ConnectorError, DEFAULT_POOL, DEFAULT_RESULTS_HANDLER, OperationOptions, Uid, type ApiConfiguration, type ConnectorKey } from '../../../../protocol/model/index.js';
import type { RequestOrigin, SessionLog } from '../../../../protocol/session/contract.js';
import { CountedWaits } from '../../../support/counted-waits.js';
import { ManualClock, settle } from '../support/manual-clock.js';

const origin: RequestOrigin = { peerSessionId: 'S', principal: 'controller-1', messageId: 7, locale: undefined };

function connector(id: string): AnyConnector {
  return defineConnector({
    id, displayName: id.toUpperCase(), family: 'test', key: { bundleName: `b-${id}`, bundleVersion: '1.0', connectorName: `c.${id}` },
    properties: properties({ host: text({ help: 'host' }) }), objectClasses: [], pooled: false,
    open: async () => ({}), close: async () => undefined, operations: { test: async () => undefined },
  });
}

const configuration = (host: string): ApiConfiguration => ({
  producerBufferSize: 100, connectorPoolingSupported: false, pool: DEFAULT_POOL, resultsHandler: DEFAULT_RESULTS_HANDLER,
  properties: [{ order: 1, confidential: false, required: false, name: 'host', helpMessageKey: null, displayMessageKey: null, groupMessageKey: null, type: 'String', value: host, operations: [] }],
  timeouts: new Map(), supportedOperations: new Set(['TestApiOp', 'SearchApiOp', 'CreateApiOp']),
});
const facadeKey = (host: string): string => facadeKeyOf(configuration(host));

interface FakeFacade { readonly id: string; readonly host: unknown; running: number; idleFor: number; disposed: boolean }

function setUp(more: Partial<ExecutorOptions> = {}) {
  const clock = new ManualClock();
  const opened: FakeFacade[] = [];
  const lines: { level: string; fields: Record<string, unknown>; message: string }[] = [];
  const at = (level: string) => (fields: object, message: string): void => { lines.push({ level, fields: fields as Record<string, unknown>, message }); };
  const log: SessionLog = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const executor = new AgentExecutor({
    enabled: ['one', 'two'], maxFacades: 3, facadeIdle: 60_000, stateDirectory: '/nonexistent', clock, log,
    load: async (id) => (id === 'one' || id === 'two' ? connector(id) : undefined),
    open: (definition, api) => {
      const fake: FakeFacade = { id: definition.id, host: api.properties[0]?.value, running: 0, idleFor: 0, disposed: false };
      opened.push(fake);
      return {
        connectorKey: definition.key, supportedOperations: api.supportedOperations,
        perform: async (operation: { kind: string }) => {
          if (operation.kind === 'create') throw new ConnectorError('alreadyExists', 'the value secret-value exists');
          return operation.kind === 'get' ? null : undefined;
        },
        stream: async function* () {
          try {
            for (let index = 0; index < 3; index += 1) yield { index };
            return undefined;
          } finally {
            fake.running = -1;
          }
        },
        status: () => ({ sessions: {}, operations: { running: fake.running, completed: 0, failed: 0 }, idleFor: fake.idleFor, disposed: fake.disposed }),
        dispose: async () => { fake.disposed = true; },
      } as unknown as FacadeHandle;
    },
    ...more,
  });
  return { executor, clock, opened, lines };
}

const ONE: ConnectorKey = { bundleName: 'b-one', bundleVersion: '1.0', connectorName: 'c.one' };
const TWO: ConnectorKey = { bundleName: 'b-two', bundleVersion: '1.0', connectorName: 'c.two' };
const call = { signal: new AbortController().signal, operationId: 'op-1' };

async function refusal(promise: Promise<unknown>): Promise<ConnectorError> {
  const error = await promise.then(() => undefined, (reason: unknown) => reason);
  if (!(error instanceof ConnectorError)) throw new Error(`expected a ConnectorError, got ${String(error)}`);
  return error;
}

describe('the executor refuses', () => {
  it.each<[string, ConnectorKey]>([
    ['another name', { ...ONE, connectorName: 'c.three' }],
    ['another version', { ...ONE, bundleVersion: '1.1' }],
    ['another bundle', { ...ONE, bundleName: 'b-two' }],
  ])('a connector it does not have: %s', async (_title, key) => {
    const { executor } = setUp();
    const error = await refusal(executor.facadeFor(key, facadeKey('a'), origin));
    expect(error.javaClass).toBe('org.identityconnectors.framework.common.exceptions.ConnectorException');
    expect(error.message).toMatch(/^Connector not found: /);
    expect(error.message).toContain('c.one');
  });

  it('a connector that is not enabled', async () => {
    const { executor } = setUp({ enabled: ['two'] });
    expect((await refusal(executor.facadeFor(ONE, facadeKey('a'), origin))).message).toMatch(/^Connector not found: /);
    expect((await executor.connectorInfos()).map(({ key }) => key.connectorName)).toEqual(['c.two']);
  });

  it('a facade key it cannot decode, every time', async () => {
    const { executor } = setUp();
    for (let round = 0; round < 2; round += 1) {
      expect((await refusal(executor.facadeFor(ONE, 'rubbish!', origin))).javaClass).toBe('java.lang.RuntimeException');
      expect((await refusal(executor.facadeFor(ONE, '', origin))).message).toBe('java.io.EOFException');
    }
    expect(executor.facadeCount).toBe(0);
  });

  it('one configuration too many while all are in use, and says that it may be tried again', async () => {
    const { executor, opened, clock } = setUp({ maxFacades: 2 });
    await executor.facadeFor(ONE, facadeKey('a'), origin);
    await executor.facadeFor(ONE, facadeKey('b'), origin);
    await clock.advance(20_000);
    for (const facade of opened) facade.running = 1;
    const error = await refusal(executor.facadeFor(ONE, facadeKey('c'), origin));
    expect(error.retryable).toBe(true);
    expect(error.message).toMatch(/at most 2 .*connectors\.maxFacades/);
    opened[1]!.running = 0;
    await executor.facadeFor(ONE, facadeKey('c'), origin);
    expect(opened.map(({ disposed }) => disposed)).toEqual([false, true, false]);
  });

  it('everything once it is closed', async () => {
    const { executor, opened, clock } = setUp();
    await executor.facadeFor(ONE, facadeKey('a'), origin);
    await executor.close();
    await executor.close();
    expect(opened[0]?.disposed).toBe(true);
    expect((await refusal(executor.facadeFor(ONE, facadeKey('a'), origin))).retryable).toBe(true);
    expect(clock.sleeping).toBe(0);
  });
});

describe('requests that wait', () => {
  it('are counted for the connector whose they are, and by nobody where nobody counts', async () => {
    const given: (FacadeEnvironment['waits'])[] = [];
    const open = (definition: AnyConnector, api: ApiConfiguration, environment: FacadeEnvironment): FacadeHandle => {
      given.push(environment.waits);
      return createFacade(definition, api, environment);
    };
    const waits = new Map(['one', 'two'].map((id) => [id, new CountedWaits()]));
    const { executor } = setUp({ open, waits: ({ id }) => waits.get(id)! });
    await executor.facadeFor(ONE, facadeKey('a'), origin);
    await executor.facadeFor(TWO, facadeKey('a'), origin);
    await setUp({ open }).executor.facadeFor(ONE, facadeKey('a'), origin);
    expect(given).toEqual([waits.get('one'), waits.get('two'), undefined]);
    expect(given[0]).toBe(waits.get('one'));
  });
});

describe('a connector with several keys', () => {
  const bundles = [{ bundleName: 'other-one', bundleVersion: '2.0.0.0' }, { bundleName: 'b-one', bundleVersion: '0.9' }];
  const load = async (id: string) => (id === 'one' ? { ...connector(id), alternativeBundles: bundles } : connector(id));

  it('is refused under a mixture of them', async () => {
    const { executor } = setUp({ load });
    const error = await refusal(executor.facadeFor({ ...ONE, bundleVersion: '2.0.0.0' }, facadeKey('a'), origin));
    expect(error.message).toMatch(/^Connector not found: /);
    expect(error.message).toContain('other-one 2.0.0.0');
  });

  it('is published under each, and answers to each', async () => {
    const { executor, opened } = setUp({ load });
    const infos = await executor.connectorInfos();
    expect(infos.map(({ key }) => [key.bundleName, key.bundleVersion, key.connectorName])).toEqual([
      ['b-one', '1.0', 'c.one'], ['other-one', '2.0.0.0', 'c.one'], ['b-one', '0.9', 'c.one'], ['b-two', '1.0', 'c.two'],
    ]);
    for (const info of infos.slice(0, 3)) {
      expect(info.defaultConfiguration).toEqual(infos[0]?.defaultConfiguration);
      await (await executor.facadeFor(info.key, facadeKey('a'), origin)).perform({ kind: 'test' }, call);
    }
    expect(opened.map(({ id }) => id)).toEqual(['one', 'one', 'one']);
  });

  it('does not start when two connectors claim a key', async () => {
    const { executor } = setUp({ load: async (id) => ({ ...connector(id), key: ONE }) });
    await expect(executor.connectorInfos()).rejects.toThrow('The connectors one and two both claim the key c.one (b-one 1.0).');
  });
});

describe('hazard 28: facades are cached by connector key and facade key', () => {
  it('once for equal keys, decoded once, even when asked for at the same moment', async () => {
    const { executor, opened } = setUp();
    await Promise.all(Array.from({ length: 5 }, () => executor.facadeFor(ONE, facadeKey('a'), origin)));
    await executor.facadeFor(ONE, facadeKey('a'), { ...origin, peerSessionId: 'T' });
    expect(opened).toHaveLength(1);
  });

  it('hazard 17: apart for different connectors with equal keys', async () => {
    const { executor, opened } = setUp();
    const first = await executor.facadeFor(ONE, facadeKey('a'), origin);
    const second = await executor.facadeFor(TWO, facadeKey('a'), origin);
    expect(opened.map(({ id }) => id)).toEqual(['one', 'two']);
    expect([first.connectorKey, second.connectorKey]).toEqual([ONE, TWO]);
  });

  it('anew for a changed configuration', async () => {
    const { executor, opened } = setUp();
    await executor.facadeFor(ONE, facadeKey('a'), origin);
    await executor.facadeFor(ONE, facadeKey('b'), origin);
    expect(opened.map(({ host }) => host)).toEqual(['a', 'b']);
  });

  it('the longest unused makes room', async () => {
    const { executor, opened, clock } = setUp({ maxFacades: 2 });
    await executor.facadeFor(ONE, facadeKey('a'), origin);
    await executor.facadeFor(ONE, facadeKey('b'), origin);
    await executor.facadeFor(ONE, facadeKey('a'), origin);
    await clock.advance(20_000);
    await executor.facadeFor(ONE, facadeKey('c'), origin);
    expect(opened.map(({ host, disposed }) => [host, disposed])).toEqual([['a', false], ['b', true], ['c', false]]);
  });

  it('an idle one is disposed of in time, one at work is not', async () => {
    const { executor, opened, clock } = setUp();
    await executor.facadeFor(ONE, facadeKey('a'), origin);
    await executor.facadeFor(ONE, facadeKey('b'), origin);
    opened[0]!.idleFor = 60_000;
    opened[1]!.idleFor = 60_000;
    opened[1]!.running = 1;
    await clock.advance(61_000);
    expect(opened.map(({ disposed }) => disposed)).toEqual([true, false]);
    await executor.facadeFor(ONE, facadeKey('a'), origin);
    expect(opened).toHaveLength(3);
    await executor.close();
  });
});

describe('each operation leaves one log line without values', () => {
  const create = { kind: 'create', objectClass: '__ACCOUNT__', attributes: [], options: OperationOptions.none } as const;
  const search = { kind: 'search', objectClass: '__GROUP__', filter: undefined, options: OperationOptions.none } as const;

  it('a failure: its Java class, not its text', async () => {
    const { executor, lines } = setUp();
    const facade = await executor.facadeFor(ONE, facadeKey('a'), origin);
    await expect(facade.perform(create, call)).rejects.toThrow('secret-value');
    const [line, ...others] = lines.filter(({ level }) => level !== 'debug');
    expect(others).toEqual([]);
    expect(line).toMatchObject({ level: 'warn', fields: { operationId: 'op-1', operation: 'create', connector: 'one', objectClass: '__ACCOUNT__', principal: 'controller-1', messageId: 7, outcome: 'failed', error: 'org.identityconnectors.framework.common.exceptions.AlreadyExistsException' } });
    expect(JSON.stringify(line)).not.toContain('secret-value');
  });

  it('a stream: how many results, and whether it was left early', async () => {
    const { executor, lines, opened } = setUp();
    const facade = await executor.facadeFor(ONE, facadeKey('a'), origin);
    const whole = facade.stream(search, call);
    while ((await whole.next()).done !== true);
    const left = facade.stream(search, call);
    await left.next();
    await left.return(undefined);
    expect(opened[0]?.running).toBe(-1); // the connector's own finally ran
    await settle();
    expect(lines.filter(({ level }) => level === 'info').map(({ fields: { operation, outcome, count } }) => ({ operation, outcome, count }))).toEqual([
      { operation: 'search', outcome: 'ok', count: 3 }, { operation: 'search', outcome: 'left', count: 1 },
    ]);
  });

  it('a success: kind, connector, duration', async () => {
    const { executor, lines, clock } = setUp();
    const facade = await executor.facadeFor(TWO, facadeKey('a'), origin);
    await facade.perform({ kind: 'get', objectClass: '__ACCOUNT__', uid: new Uid('u'), options: OperationOptions.none }, call);
    expect(lines.filter(({ level }) => level === 'info')).toMatchObject([{ fields: { operation: 'get', connector: 'two', outcome: 'ok', durationMs: 0 } }]);
    expect(clock.sleeping).toBe(1);
    await executor.close();
  });
});
