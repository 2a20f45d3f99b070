import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnectorError, LAST_PAGE, type Operation } from '../../../protocol/model/index.js';
import { WholeRead } from '../../../controller/reconciliation/whole-read.js';
import type { ObjectSet, SetObject } from '../../../controller/reconciliation/object-set.js';
import type { MemoryFacade } from './memory-facade.js';
import { startRecon, type Recon } from './start-recon.js';

const DELETING = { policies: [{ situation: 'SOURCE_MISSING', action: 'DELETE' }, { situation: 'UNASSIGNED', action: 'DELETE' }] };

/** What can be wrong with a read. `after` objects it still goes well. */
const FAULTS = ['breaks', 'ends with a cookie', 'is cut short', 'is cut short and nothing is found by id', 'shows nothing', 'shows an object twice, another not'] as const;
type Fault = (typeof FAULTS)[number];

/** From now on, searches for everything at this system go wrong in this way. */
function spoil(facade: MemoryFacade, fault: Fault, after: number): void {
  const search = facade.stream.bind(facade);
  const perform = facade.perform.bind(facade);
  let isBlind = false;
  async function* spoilt(...[operation, call]: Parameters<typeof search>): AsyncGenerator<unknown, unknown, void> {
    if (operation.kind !== 'search' || operation.filter !== undefined) return yield* search(operation, call);
    const rows: unknown[] = [];
    for await (const row of search(operation, call)) rows.push(row);
    // A source that is empty and shows nothing by id either may be emptied by allowEmptySourceSet; the threshold holds then.
    const least = fault === 'is cut short and nothing is found by id' ? 1 : 0;
    const shown = fault === 'shows nothing' ? [] : rows.slice(0, Math.max(least, Math.min(after, rows.length - 1)));
    if (fault === 'shows an object twice, another not' && shown.length > 0) shown.push(shown[0]);
    yield* shown;
    isBlind = fault === 'is cut short and nothing is found by id';
    if (fault === 'breaks') throw new ConnectorError('connectionBroken', 'the agent is gone');
    return fault === 'ends with a cookie' ? { ...LAST_PAGE, pagedResultsCookie: 'more' } : LAST_PAGE;
  }
  facade.stream = spoilt as unknown as typeof facade.stream;
  facade.perform = (async (operation: Operation, call: never) => (isBlind && operation.kind === 'get' ? null : perform(operation as never, call))) as unknown as typeof facade.perform;
}

/** A source and a target that are in step, and linked. */
async function inStep(count: number): Promise<Recon> {
  const recon = await startRecon(DELETING);
  for (let index = 0; index < count; index++) recon.source.add(`s${index}`, { uid: String(index) });
  expect(await recon.run()).toMatchObject({ state: 'SUCCESS' });
  expect(recon.target.objects.size).toBe(count);
  return recon;
}

const targets = (recon: Recon): string[] => [...recon.target.objects.values()].map(({ attributes }) => JSON.stringify(attributes.get('uid')?.single).replaceAll('"', '')).sort();

describe('a deletion', () => {
  it('follows when a source object is really gone', async () => {
    const recon = await inStep(6);
    const [gone] = [...recon.source.objects.keys()];
    recon.source.objects.delete(gone!);
    expect(await recon.run()).toMatchObject({ state: 'SUCCESS', progress: { target: { deleted: 1 } } });
    expect(targets(recon)).toEqual(['1', '2', '3', '4', '5']);
    await recon.stop();
  });

  it('never follows from a read that did not show everything, wherever and however it failed', async () => {
    await fc.assert(fc.asyncProperty(fc.constantFrom(...FAULTS), fc.constantFrom('source', 'target'), fc.integer({ min: 2, max: 9 }), fc.nat(9), fc.boolean(), async (fault, side, count, after, empty) => {
      const recon = await inStep(count);
      try {
        const before = targets(recon);
        spoil(recon[side], fault, after);
        await recon.run({ allowEmptySourceSet: empty });
        expect(recon.target.named('delete')).toEqual([]);
        expect(targets(recon)).toEqual(before);
      } finally {
        await recon.stop();
      }
    }), { numRuns: 60 });
  }, 120_000);

  it('of a source that comes back before it is carried out is not carried out', async () => {
    const recon = await inStep(3);
    const [uid, stored] = [...recon.source.objects][0]!;
    recon.source.objects.delete(uid);
    const perform = recon.source.perform.bind(recon.source);
    let asked = 0;
    recon.source.perform = (async (operation: Operation, call: never) => {
      const answer: unknown = await perform(operation as never, call);
      if (operation.kind === 'get' && operation.uid.value === uid && ++asked === 1) recon.source.objects.set(uid, stored);
      return answer;
    }) as unknown as typeof recon.source.perform;
    const summary = await recon.run();
    expect(summary).toMatchObject({ statusSummary: { FAILURE: 1 }, progress: { target: { deleted: 0 } } });
    expect(targets(recon)).toHaveLength(3);
    await recon.stop();
  });

  it('does not follow when the source shows none of what it showed a moment ago', async () => {
    const recon = await inStep(5);
    spoil(recon.source, 'is cut short and nothing is found by id', 3);
    expect(await recon.run()).toMatchObject({ state: 'FAILED', message: expect.stringContaining('shows none of those asked for again') as string });
    await recon.stop();
  });

  it('a target that shows an object twice ends the run before anything is changed', async () => {
    const recon = await inStep(4);
    spoil(recon.target, 'shows an object twice, another not', 2);
    expect(await recon.run()).toMatchObject({ state: 'FAILED', message: expect.stringContaining('twice in one read') as string });
    await recon.stop();
  });

  it('that liveSync tells of is believed only when the source does not have the object any more', async () => {
    const recon = await inStep(2);
    const [first, second] = [...recon.source.objects.keys()];
    const change = (id: string) => ({ kind: 'delete', container: 'system/src/account', id, transactionId: 't' }) as const;
    await recon.changes.handle(change(first!), new AbortController().signal);
    expect(targets(recon)).toHaveLength(2);
    recon.source.objects.delete(second!);
    await recon.changes.handle(change(second!), new AbortController().signal);
    expect(targets(recon)).toEqual(['0']);
    await recon.stop();
  });
});

describe('the proof of a read', () => {
  const set = (rows: () => AsyncGenerator<SetObject, void, void>): ObjectSet => ({ name: 'system/s/t', query: rows } as unknown as ObjectSet);
  const nothing = (): void => undefined;

  it('is there when everything was read, with its count and objects to ask for again', async () => {
    const read = await WholeRead.of(set(async function* () { for (const _id of ['a', 'b', 'c', 'd']) yield { _id }; }), { filter: undefined, names: [] }, nothing, new AbortController().signal);
    expect(read.count).toBe(4);
    expect(read.witnesses).toEqual(expect.arrayContaining(['a', 'd']));
  });

  it('is not there when the read was given up at its end, nor when a consumer failed', async () => {
    const gone = new AbortController();
    const closed: string[] = [];
    const rows = async function* (): AsyncGenerator<SetObject, void, void> {
      try {
        yield { _id: 'a' };
        gone.abort(new Error('cancelled'));
      } finally {
        closed.push('closed');
      }
    };
    await expect(WholeRead.of(set(rows), { filter: undefined, names: [] }, nothing, gone.signal)).rejects.toThrow('cancelled');
    await expect(WholeRead.of(set(rows), { filter: undefined, names: [] }, () => { throw new Error('full'); }, new AbortController().signal)).rejects.toThrow('full');
    expect(closed).toEqual(['closed', 'closed']);
  });
});
