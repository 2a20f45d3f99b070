import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { tracedFacade } from '../../../../agent/observe/operation-span.js';
import { QuietSpan } from '../../../../deploy/runtime/telemetry/quiet-span.js';
import { createFacade, type FacadeEnvironment } from '../../../../connectors/framework/index.js';
import { tracedRequest } from '../../../../connectors/framework/operation-spans.js';
import type { Call } from '../../../../connectors/framework/spi.js';
import { ACCOUNT, Attribute, OperationOptions, Uid, type CallContext, type ConnectorFacade, type ConnectorTarget, type TraceSpan } from '../../../../protocol/model/index.js';
import { CountedWaits } from '../../../support/counted-waits.js';
import { FakeSpan, FakeTracer } from '../../../support/fake-span.js';
import { playedIsolation } from '../../../support/isolated-world.js';
import { calling, configured, drain } from '../../../support/memory-facade.js';
import { MemoryTarget, memoryConnector, type MemoryOptions } from '../../../support/memory-connector.js';
import { recordedLog } from '../../../support/quiet-log.js';
import { until } from '../../../support/until.js';

const options = OperationOptions.none;
const search = { kind: 'search', objectClass: ACCOUNT, filter: undefined, options } as const;

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => { for (const close of closers.splice(0).reverse()) await close(); });

function setUp({ environment = {}, connector: change = {} }: { environment?: Partial<FacadeEnvironment>; connector?: MemoryOptions } = {}) {
  const target = new MemoryTarget();
  const connector = memoryConnector(target, change);
  const { isolation, processes } = playedIsolation(async () => connector);
  const parts = { log: recordedLog(), stateRoot: join(tmpdir(), 'causeway-unused'), ...environment };
  const configuration = configured(connector, { host: 'directory.example' });
  const facade = isolation.open(connector, configuration, parts);
  const direct = createFacade(connector, configuration, parts);
  closers.push(() => isolation.close(), () => facade.dispose(), () => direct.dispose());
  return { target, facade, direct, processes };
}

const asking = (signal: AbortSignal, name: string): Promise<void> => tracedRequest(signal, name, () => ({ kind: 'client', attributes: { 'server.port': 389 } }), async () => undefined);
const traced = (span: TraceSpan, more: Partial<CallContext> = {}): CallContext => ({ ...calling(), span, ...more });
/** What an operation leaves below a span. */
async function treeOf(act: (call: CallContext) => Promise<unknown>): Promise<string[]> {
  const span = new FakeSpan('operation');
  await act(traced(span)).catch(() => undefined);
  await until(() => !span.children.some((child) => child.tree().some((line) => line.includes('(open)'))) && span.children.length > 0, 'the spans of the operation');
  return span.tree();
}

describe('spans of a connector in a process of its own', () => {
  it.each<[string, (facade: ConnectorFacade, call: CallContext) => Promise<unknown>, string[]]>([
    ['a write', (facade, call) => facade.perform({ kind: 'create', objectClass: ACCOUNT, attributes: [Attribute.of('__NAME__', 'anna')], options }, call), ['  facade create', '    borrow session', '      open session', '        GET /login', '    native create', '      GET /create']],
    ['a failure', (facade, call) => facade.perform({ kind: 'delete', objectClass: ACCOUNT, uid: new Uid('nobody'), options }, call), ['  facade delete', '    borrow session', '      open session', '        GET /login', '    native delete', '      GET /delete']],
    ['a search', (facade, call) => drain(facade.stream(search, call)), ['  facade search', '    borrow session', '      open session', '        GET /login', '    native search']],
    ['a batch', (facade, call) => drain(facade.stream({ kind: 'batch', tasks: [{ kind: 'delete', objectClass: ACCOUNT, uid: new Uid('u1'), options }], options }, call)), ['  facade delete', '    borrow session', '      open session', '        GET /login', '    native delete', '      GET /delete']],
  ])('are those it would have in the agent: %s', async (_what, act, expected) => {
    for (const where of ['facade', 'direct'] as const) {
      const { target, ...facades } = setUp();
      for (let index = 0; index < 3; index++) target.add(`u${index}`);
      target.openSession = (signal) => asking(signal, 'GET /login');
      target.before = (operation, { signal }) => asking(signal, `GET /${operation}`);
      expect(await treeOf((call) => act(facades[where], call)), where).toEqual(['operation (open)', ...expected]);
    }
  });

  it('are there before the answer is, with times, kinds, attributes and failures', async () => {
    const { target, facade } = setUp();
    target.before = (_operation, { signal }) => asking(signal, 'GET /users');
    const span = new FakeSpan('operation');
    const before = Date.now() - 1;
    await expect(facade.perform({ kind: 'delete', objectClass: ACCOUNT, uid: new Uid('nobody'), options }, traced(span))).rejects.toMatchObject({ kind: 'unknownUid' });
    const [whole] = span.children;
    expect(whole).toMatchObject({ name: 'facade delete', hasEnded: true, attributes: { 'icf.operation': 'delete', 'causeway.connector': 'memory' }, failure: { kind: 'unknownUid' } });
    const [request] = whole!.children.at(-1)!.children;
    expect(request).toMatchObject({ name: 'GET /users', kind: 'client', attributes: { 'server.port': 389 }, failure: undefined });
    const times = [before, whole!.startedAt!, request!.startedAt!, request!.endedAt!, whole!.endedAt!, Date.now() + 1];
    expect(times).toEqual([...times].sort((left, right) => left - right));
  });

  it('of a search say how many it gave, and that it was left', async () => {
    const { target, facade } = setUp();
    for (let index = 0; index < 2_000; index++) target.add(`u${index}`);
    const span = new FakeSpan('operation');
    expect((await drain(facade.stream(search, traced(span)))).items).toHaveLength(2_000);
    expect(span.children[0]?.attributes).toMatchObject({ 'causeway.results': 2_000 });
    const left = new FakeSpan('operation');
    for (let index = 2_000; index < 20_000; index++) target.add(`u${index}`, { note: 'x'.repeat(100) });
    const results = facade.stream(search, traced(left));
    await results.next();
    await results.return(undefined);
    await until(() => left.children[0]?.hasEnded === true, 'the process to say that the search has ended');
    expect(left.tree().filter((line) => line.includes('(open)'))).toEqual(['operation (open)']);
    expect(left.children[0]).toMatchObject({ failure: undefined, attributes: { 'causeway.left': true } });
  });

  it('of an operation that is cancelled end with the failure it ends with there', async () => {
    const { target, facade } = setUp();
    const stop = new AbortController();
    const span = new FakeSpan('operation');
    target.before = (_operation, { signal }) => tracedRequest(signal, 'GET /slow', () => ({}), () => new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => { reject(new Error('aborted')); }, { once: true });
      stop.abort();
    }));
    await expect(facade.perform({ kind: 'test' }, traced(span, { signal: stop.signal }))).rejects.toThrow();
    await until(() => span.children[0]?.hasEnded === true, 'the process to say that the test has ended');
    expect(span.tree().filter((line) => line.includes('(open)'))).toEqual(['operation (open)']);
    expect(span.children[0]?.failure).toBeDefined();
  });

  it('are so many and no more, and what is missing is counted', async () => {
    const { target, facade } = setUp();
    target.before = async (_operation, { signal }) => { for (let index = 0; index < 20_000; index++) await asking(signal, 'GET'); };
    const span = new FakeSpan('operation');
    await facade.perform({ kind: 'test' }, traced(span));
    const requests = span.children[0]!.children.at(-1)!.children.length;
    expect(requests).toBeGreaterThan(1_000);
    expect(requests).toBeLessThan(10_000);
    expect(span.leftOut).toBe(20_000 - requests);
  });
});

describe('nothing is made or told', () => {
  it('without tracing', async () => {
    const { target, facade, processes } = setUp();
    target.before = (_operation, { signal }) => asking(signal, 'GET /users');
    target.add('u1');
    await facade.perform({ kind: 'test' }, calling());
    await drain(facade.stream(search, calling()));
    expect(processes[0]!.received).not.toMatch(/00-[0-9a-f]{32}-/);
    expect(processes[0]!.sent).toContain('"ready"');
    expect(processes[0]!.sent).not.toContain('"spans"');
  });

  it('for an operation that is not recorded; the process is told so', async () => {
    const { target, facade, processes } = setUp();
    target.before = (_operation, { signal }) => asking(signal, 'GET /users');
    const quiet = new QuietSpan('c'.repeat(32), 'd'.repeat(16));
    await facade.perform({ kind: 'test' }, traced(quiet));
    await facade.perform({ kind: 'test' }, traced(quiet, { permitTarget: async () => undefined }));
    expect(processes[0]!.received).toContain(`00-${'c'.repeat(32)}-${'d'.repeat(16)}-00`);
    expect(processes[0]!.sent).not.toContain('"spans"');
  });

  it('that changes what a connector is given: its operation id, and whom it asks', async () => {
    const { target, facade } = setUp();
    const calls: Call[] = [];
    const asked: ConnectorTarget[] = [];
    target.before = async (_operation, call) => {
      calls.push(call);
      await call.permitTarget?.({ path: '/srv' });
    };
    await facade.perform({ kind: 'test' }, traced(new FakeSpan(), { operationId: '7?:x' }));
    await facade.perform({ kind: 'test' }, traced(new FakeSpan(), { permitTarget: async (place) => { asked.push(place); } }));
    expect(calls.map(({ operationId, permitTarget }) => [operationId, permitTarget === undefined])).toEqual([['7?:x', true], ['op-1', false]]);
    expect(asked).toEqual([{ path: '/srv' }]);
  });
});

describe('when the process ends', () => {
  it('the operation\'s span ends with its error, as ever, and what was under way ends with the process', async () => {
    const { target, facade, processes } = setUp();
    const tracer = new FakeTracer();
    let reached = false;
    target.before = async (_operation, { signal }) => {
      for (let index = 0; index < 100; index++) await asking(signal, `GET /users/${index}`);
      reached = true;
      await new Promise(() => undefined);
    };
    const failing = tracedFacade(facade, tracer, 'memory').perform({ kind: 'create', objectClass: ACCOUNT, attributes: [Attribute.of('__NAME__', 'anna')], options }, calling());
    failing.catch(() => undefined);
    await until(() => reached && tracer.roots[0]!.span.tree().some((line) => line.includes('GET /users/40')), 'the first spans to be told of');
    processes[0]!.exit({ code: 3, signal: null });
    await expect(failing).rejects.toMatchObject({ kind: 'connectionBroken', outcome: 'unknown' });
    const { span } = tracer.roots[0]!;
    expect(span).toMatchObject({ hasEnded: true, failure: { kind: 'connectionBroken', outcome: 'unknown' } });
    expect(span.children[0]).toMatchObject({ name: 'facade create', hasEnded: true, failure: { kind: 'connectionBroken' } });
    expect(span.tree().filter((line) => line.includes('(open)'))).toEqual([]);
    expect(span.children[0]!.children.at(-1)!.children[0]).toMatchObject({ name: 'GET /users/0', failure: undefined });
  });

  it('requests wait no longer', async () => {
    const waits = new CountedWaits();
    const { facade, processes } = setUp({ environment: { waits }, connector: { extra: { open: async (_, { waits: told }) => {
      told?.begun('limit');
      return {};
    } } } });
    await facade.perform({ kind: 'test' }, calling());
    expect([waits.causes, waits.waiting]).toEqual([['limit'], 1]);
    processes[0]!.exit({ code: 3, signal: null });
    await until(() => waits.waiting === 0, 'the wait to end with its process');
  });
});

describe('requests that wait in a process of its own', () => {
  const waiting = (cause: '429' | 'limit'): MemoryOptions => ({ extra: { open: async (_, { waits }) => {
    const over = waits?.begun(cause);
    waits?.begun('503')();
    return { over };
  } } });

  it('are counted by the agent, as they begin and end', async () => {
    const waits = new CountedWaits();
    const { facade } = setUp({ environment: { waits }, connector: { ...waiting('429'), pooled: false } });
    await facade.perform({ kind: 'test' }, calling());
    expect([waits.causes, waits.waiting]).toEqual([['429', '503'], 1]);
  });

  it('are not told of where nobody counts', async () => {
    const { facade, processes } = setUp({ connector: waiting('limit') });
    await facade.perform({ kind: 'test' }, calling());
    expect(processes[0]!.sent).not.toContain('"waits"');
  });
});
