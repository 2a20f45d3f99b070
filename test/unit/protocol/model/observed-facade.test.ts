import { describe, expect, it } from 'vitest';
import { ConnectorError, OperationOptions, Uid, chunksOf, itemsOf, observedFacade, type CallContext, type ConnectorFacade, type ConnectorObject } from '../../../../protocol/model/index.js';
import { FakeFacade, account } from '../../../support/fake-facade.js';

const SEARCH = { kind: 'search' as const, objectClass: '__ACCOUNT__', filter: undefined, options: new OperationOptions(new Map()) };
const GET = { kind: 'get' as const, objectClass: '__ACCOUNT__', uid: new Uid('1'), options: new OperationOptions(new Map()) };
const TIME_OVER = new ConnectorError('operationTimeout', 'its time is over');
const call = (signal = new AbortController().signal): CallContext => ({ signal });

interface Seen { readonly facade: ConnectorFacade; readonly log: unknown[][] }

function observed(inner: ConnectorFacade, goesOn?: CallContext): Seen {
  const log: unknown[][] = [];
  const facade = observedFacade(inner, (operation) => {
    log.push(['begin', operation.kind]);
    return { call: goesOn, entries: (count) => { log.push(['entries', count]); }, ended: (outcome, error, count) => { log.push(['ended', outcome, error, count]); } };
  });
  return { facade, log };
}

describe('an observer of operations', () => {
  it.each([
    ['whose time is over has failed', TIME_OVER, 'failed'],
    ['that was cancelled was left', new ConnectorError('connector', 'cancelled by the requester'), 'left'],
    ['whose session is gone was left', undefined, 'left'],
  ])('is told that an operation %s', async (_what, reason, outcome) => {
    const fake = new FakeFacade();
    const stop = new AbortController();
    const failure = new Error('stopped');
    fake.onPerform = () => { stop.abort(reason); return Promise.reject(failure); };
    const { facade, log } = observed(fake);
    await expect(facade.perform(GET, call(stop.signal))).rejects.toBe(failure);
    const streamed = new AbortController();
    fake.onStream = async function* () { yield account(1); streamed.abort(reason); throw failure; };
    const results = facade.stream(SEARCH, call(streamed.signal));
    await results.next();
    await expect(results.next()).rejects.toBe(failure);
    expect(log).toEqual([['begin', 'get'], ['ended', outcome, failure, undefined], ['begin', 'search'], ['entries', 1], ['ended', outcome, failure, 1]]);
  });

  it('hears of the end of a stream that is left once the facade has cleaned up, even where cleaning up fails', async () => {
    const cleanup = new Error('cannot close');
    const fake = new FakeFacade();
    const { facade, log } = observed(fake);
    fake.onStream = async function* () { try { yield account(1); yield account(2); } finally { log.push(['closed']); } };
    for await (const found of facade.stream(SEARCH, call())) { expect(found).toBeDefined(); break; }
    expect(log).toEqual([['begin', 'search'], ['entries', 1], ['closed'], ['ended', 'left', undefined, 1]]);

     
    fake.onStream = async function* () { try { yield account(1); yield account(2); } finally { throw cleanup; } };
    const results = facade.stream(SEARCH, call());
    await results.next();
    await expect(results.return(undefined as never)).rejects.toBe(cleanup);
    expect(log.at(-1)).toEqual(['ended', 'left', undefined, 1]);
  });

  it('is not called for a stream nobody pulls', async () => {
    const { facade, log } = observed(new FakeFacade());
    await facade.stream(SEARCH, call()).return(undefined);
    expect(log).toEqual([]);
  });

  it('may hand the operation on with another call, and sees chunks whole', async () => {
    const goesOn = call();
    const given: CallContext[] = [];
    const fake = new FakeFacade();
    const chunk: readonly ConnectorObject[] = [account(1), account(2), account(3)];
    const { facade, log } = observed({
      connectorKey: fake.connectorKey, supportedOperations: fake.supportedOperations,
      perform: ((_operation: never, inner: CallContext) => { given.push(inner); return Promise.resolve(undefined); }) as never,
      stream: ((_operation: never, inner: CallContext) => { given.push(inner); return itemsOf((async function* () { yield chunk; })()); }) as never,
    }, goesOn);
    await facade.perform(GET, call());
    const chunks = chunksOf(facade.stream(SEARCH, call()));
    expect((await chunks.next()).value).toBe(chunk);
    await chunks.next();
    expect(given).toHaveLength(2);
    expect(given.every((one) => one === goesOn)).toBe(true);
    expect(log.at(-1)).toEqual(['ended', 'ok', undefined, 3]);
  });
});
