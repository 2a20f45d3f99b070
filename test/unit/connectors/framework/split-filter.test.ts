import { describe, expect, it } from 'vitest';
import { offerSnapshotSync, type FilterSplit } from '../../../../connectors/framework/index.js';
import { ACCOUNT, Attribute, ConnectorError, OPTION, OperationOptions, Uid, type Filter, type IcfValue } from '../../../../protocol/model/index.js';
import { ManualTimers } from '../../../support/manual-timers.js';
import { MemoryTarget, memoryConnector, type MemorySession } from '../../../support/memory-connector.js';
import { calling, drain, facadeOf } from '../../../support/memory-facade.js';
import type { Call, SplitRequest } from '../../../../connectors/framework/spi.js';

const equals = (name: string, value: string): Filter => ({ kind: 'equals', attribute: Attribute.of(name, value) });
type Split = (session: MemorySession, request: SplitRequest, call: Call) => Promise<FilterSplit>;
const all: Split = async (_, { filter }) => ({ native: filter, residual: undefined });
const none: Split = async (_, { filter }) => ({ native: undefined, residual: filter });

/** A target with six objects that is asked what it filters by. */
function subject(splitFilter: Split, { snapshots = false, timeout = 60_000 } = {}) {
  const target = new MemoryTarget();
  for (let index = 0; index < 6; index++) target.add(`u${index}`, { team: index % 2 === 0 ? 'even' : 'odd' });
  const clock = new ManualTimers();
  const given = memoryConnector(target, { native: { paging: true }, without: ['sync', 'latestSyncToken'], nativeFilter: () => { throw new Error('the target knows better'); } });
  const connector = { ...given, operations: { ...given.operations, splitFilter } as typeof given.operations };
  const { facade, log } = facadeOf(snapshots ? offerSnapshotSync(connector) : connector, { timeouts: new Map([['SearchApiOp', timeout], ['GetApiOp', timeout]]) }, { clock });
  const search = (filter: Filter | undefined, options: Record<string, IcfValue> = {}, signal?: AbortSignal) =>
    drain(facade.stream({ kind: 'search', objectClass: ACCOUNT, filter, options: OperationOptions.of(options) }, calling(signal)));
  return { target, clock, facade, log, search };
}

describe('a filter of which only the target knows whether it is its own', () => {
  it.each([false, true])('goes there as far as it says, asked once in the session of the search, and not without a filter (snapshots offered: %s)', async (snapshots) => {
    const asked: unknown[] = [];
    const split: Split = async (session, { objectClass, filter }, call) => {
      asked.push([objectClass, filter, session.closed, call.signal.aborted]);
      return filter.kind === 'equals' && filter.attribute.is('team') ? all(session, { objectClass, filter }, call) : none(session, { objectClass, filter }, call);
    };
    const { target, facade, search } = subject(split, { snapshots });
    expect((await search(equals('team', 'odd'))).items.map(({ uid }) => uid.value)).toEqual(['u1', 'u3', 'u5']);
    expect([asked.splice(0), target.searches[0]?.filter, target.produced]).toEqual([[[ACCOUNT, equals('team', 'odd'), false, false]], equals('team', 'odd'), 3]);
    expect((await search(equals('__NAME__', 'u4'))).items.map(({ uid }) => uid.value)).toEqual(['u4']);
    expect([asked.splice(0).length, target.searches[1]?.filter]).toEqual([1, undefined]);
    await search(undefined);
    expect(asked).toEqual([]);
    expect((await facade.perform({ kind: 'get', objectClass: ACCOUNT, uid: new Uid('u2'), options: OperationOptions.none }, calling()))?.uid.value).toBe('u2');
    expect(asked).toHaveLength(1);
  });

  it('fails as the question fails, in the time the search has, and ends when it is cancelled', async () => {
    const refused = subject(async () => { throw new ConnectorError('permissionDenied', 'The metadata are not for this user.'); });
    await expect(refused.search(equals('team', 'odd'))).rejects.toMatchObject({ kind: 'permissionDenied' });
    const waiting = subject(() => new Promise(() => undefined), { timeout: 5_000 });
    const late = expect(waiting.search(equals('team', 'odd'))).rejects.toMatchObject({ kind: 'operationTimeout' });
    await expect.poll(() => waiting.target.sessions.length).toBe(1);
    await waiting.clock.advance(5_000);
    await late;
    const cancel = new AbortController();
    const cancelled = expect(waiting.search(equals('team', 'odd'), {}, cancel.signal)).rejects.toThrow('cancelled');
    await expect.poll(() => waiting.target.sessions.length).toBe(2);
    cancel.abort();
    await cancelled;
    expect([refused, waiting].map(({ target }) => target.searches)).toEqual([[], []]);
  });

  it('gives cookies for what the target filtered by, not for what it filters by since', async () => {
    let split = all;
    const { search } = subject((...args) => split(...args));
    const first = await search(equals('team', 'odd'), { [OPTION.pageSize]: 2 });
    const cookie = first.end?.pagedResultsCookie ?? '';
    const next = () => search(equals('team', 'odd'), { [OPTION.pageSize]: 2, [OPTION.pagedResultsCookie]: cookie });
    expect((await next()).items.map(({ uid }) => uid.value)).toEqual(['u5']);
    split = none;
    await expect(next()).rejects.toMatchObject({ kind: 'invalidAttributeValue' });
  });
});
