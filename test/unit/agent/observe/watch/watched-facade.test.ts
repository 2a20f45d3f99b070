import { describe, expect, it } from 'vitest';
import type { FacadeContext } from '../../../../../agent/operations/facade-stage.js';
import { OperationWatch } from '../../../../../agent/observe/watch/operation-watch.js';
import { noteUnopened, watchStage } from '../../../../../agent/observe/watch/watched-facade.js';
import { watchedRelay } from '../../../../../agent/observe/watch/watched-relay.js';
import { ConnectorError, OperationOptions, Uid, chunksOf, itemsOf, type CallContext, type ConnectorFacade, type ConnectorObject } from '../../../../../protocol/model/index.js';
import type { OperationRelay } from '../../../../../protocol/session/forwarding.js';
import { FakeClock } from '../../../../support/fake-clock.js';
import { FakeFacade, KEY, account, configuration } from '../../../../support/fake-facade.js';

const SEARCH = { kind: 'search' as const, objectClass: '__ACCOUNT__', filter: undefined, options: new OperationOptions(new Map()) };
const GET = { kind: 'get' as const, objectClass: '__ACCOUNT__', uid: new Uid('secret uid'), options: new OperationOptions(new Map()) };

function watchedFacade(facade: ConnectorFacade) {
  const watch = new OperationWatch(new FakeClock());
  const context = { connector: { id: 'fake' }, connectorKey: KEY, configuration: configuration(), systemId: 'digest of secrets', origin: { peerSessionId: 's', principal: 'cloud', messageId: 1, locale: undefined } } as unknown as FacadeContext;
  return { watch, facade: watchStage(watch)(facade, context) };
}
const call = (signal = new AbortController().signal): CallContext => ({ signal, operationId: 'op-1' });
const last = (watch: OperationWatch) => watch.systems()[0];

describe('the watch over a facade', () => {
  it('a search that fails in the middle: what came is counted, the failure passes unchanged', async () => {
    const fake = new FakeFacade();
    const failure = new ConnectorError('connectionBroken', 'lost');
    fake.onStream = async function* () { yield account(1); yield account(2); throw failure; };
    const { watch, facade } = watchedFacade(fake);
    const results = facade.stream(SEARCH, call());
    await results.next();
    expect(watch.operations()).toMatchObject({ runningCount: 1, running: [{ operation: 'search', objectClass: '__ACCOUNT__', principal: 'cloud', operationId: 'op-1', entries: 1 }] });
    await results.next();
    await expect(results.next()).rejects.toBe(failure);
    expect(watch.operations()).toMatchObject({ runningCount: 0, entries: 2, failed: 1, recentErrors: [{ error: 'ConnectionBrokenException' }] });
    expect(fake.open).toBe(0);
  });

  it('a search that is left early closes what is below and counts as left, not as failed', async () => {
    const fake = new FakeFacade();
    fake.onStream = () => fake.accounts(100);
    const { watch, facade } = watchedFacade(fake);
    for await (const found of facade.stream(SEARCH, call())) { expect(found).toBeDefined(); break; }
    expect(fake.open).toBe(0);
    expect(last(watch)).toMatchObject({ running: 0, failed: 0, lastOperation: { operation: 'search', outcome: 'left' } });
  });

  it('an aborted one is left, not failed', async () => {
    const fake = new FakeFacade();
    const stop = new AbortController();
    fake.onPerform = () => { stop.abort(); return Promise.reject(new ConnectorError('operationTimeout', 'm')); };
    const { watch, facade } = watchedFacade(fake);
    await expect(facade.perform(GET, call(stop.signal))).rejects.toThrow('m');
    expect(last(watch)).toMatchObject({ failed: 0, lastOperation: { outcome: 'left' } });
  });

  it('chunks go on as they came, and are counted whole', async () => {
    const fake = new FakeFacade();
    const chunk: ConnectorObject[] = [account(1), account(2), account(3)];
    const { watch, facade } = watchedFacade({ connectorKey: KEY, supportedOperations: fake.supportedOperations, perform: () => { throw new Error(); }, stream: (() => itemsOf((async function* () { yield chunk; })())) as never });
    const chunks = chunksOf(facade.stream(SEARCH, call()));
    const { value } = await chunks.next();
    expect(value).toBe(chunk);
    expect(last(watch)).toMatchObject({ entries: 3 });
    await chunks.return(undefined);
  });

  it('one get is one entry; nothing of what was asked or answered is kept', async () => {
    const fake = new FakeFacade();
    fake.onPerform = () => Promise.resolve(account(1));
    const { watch, facade } = watchedFacade(fake);
    await facade.perform(GET, call());
    expect(last(watch)).toMatchObject({ connector: 'fake', operations: 1, entries: 1, state: 'ok' });
    const told = JSON.stringify([watch.operations(), watch.systems()]);
    for (const hidden of ['secret uid', 'digest of secrets', 'u1']) expect(told).not.toContain(hidden);
  });

  it('a connector that is not here is told, under its name', () => {
    const watch = new OperationWatch(new FakeClock());
    noteUnopened(watch, { ...KEY, connectorName: 'x'.repeat(5000) }, 'cloud', new ConnectorError('connector', 'm'));
    expect(watch.operations()).toMatchObject({ runningCount: 0, failed: 1, recentErrors: [{ error: 'ConnectorException', operation: 'unknown' }] });
    expect(last(watch)?.connector.length).toBe(500);
  });
});

describe('the watch over what is passed on', () => {
  const request = { kind: 'operationRequest', id: 1, connectorKey: KEY, facadeKey: 'secret', locale: undefined, operationId: 'op-9', operation: { kind: 'search' } } as never;
  function passedOn(relay: Partial<OperationRelay>) {
    const watch = new OperationWatch(new FakeClock());
    const inner: OperationRelay = { server: 'connector server sap', maxBufferedBytes: 1, gatherTime: 0, target: () => { throw new Error(); }, ended: () => undefined, ...relay };
    return { watch, relay: watchedRelay(watch, inner, { name: 'sap', connectorKey: KEY, principal: 'cloud' }) };
  }

  it('one that is refused before it goes: the refusal passes, its end is counted once', async () => {
    const refusal = new ConnectorError('permissionDenied', 'no');
    const { watch, relay } = passedOn({ admit: () => Promise.reject(refusal) });
    await expect(relay.admit?.(request, {} as never, new AbortController().signal)).rejects.toBe(refusal);
    expect(watch.operations().runningCount).toBe(1);
    await relay.ended({ operation: 'search', operationId: 'op-9', outcome: 'failed', error: refusal, count: undefined });
    expect(watch.operations()).toMatchObject({ runningCount: 0, total: 1, recentErrors: [{ error: 'PermissionDeniedException', operationId: 'op-9' }] });
  });

  it('runs from its admission to its end, with what it brought', async () => {
    const ends: unknown[] = [];
    const { watch, relay } = passedOn({ ended: (end) => { ends.push(end); } });
    await relay.admit?.(request, {} as never, new AbortController().signal);
    expect(watch.operations().running).toMatchObject([{ operation: 'search', connector: KEY.connectorName }]);
    await relay.ended({ operation: 'search', operationId: 'op-9', outcome: 'ok', error: undefined, count: 12 });
    expect(ends).toHaveLength(1);
    expect(last(watch)).toMatchObject({ relay: 'sap', entries: 12, state: 'ok' });
    expect(JSON.stringify(watch.systems())).not.toContain('secret');
  });
});
