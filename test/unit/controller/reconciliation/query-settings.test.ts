import { afterEach, describe, expect, it } from 'vitest';
import { LAST_PAGE, OPTION, type CallContext, type Operation, type StreamOperation } from '../../../../protocol/model/index.js';
import { MemoryFacade } from '../memory-facade.js';
import { startRecon, type Recon } from '../start-recon.js';

let recon: Recon;
afterEach(() => recon.stop());

/** Gives pages of the size it is asked for, with a cookie while there is more. */
class PagingFacade extends MemoryFacade {
  readonly sizes: unknown[] = [];
  /** Says the same cookie for ever. */
  isStuck = false;

  override async* stream<O extends StreamOperation>(operation: O, call: CallContext): AsyncGenerator<never, never, void> {
    const rows: unknown[] = [];
    for await (const row of super.stream(operation, call)) rows.push(row);
    const { options } = operation as Operation & { readonly kind: 'search' };
    const [size, from] = [Number(options.entries.get(OPTION.pageSize) ?? 0), Number(options.entries.get(OPTION.pagedResultsCookie) ?? 0)];
    this.sizes.push(size);
    const until = size === 0 ? rows.length : from + size;
    yield* rows.slice(from, until) as never[];
    return (until < rows.length ? { ...LAST_PAGE, pagedResultsCookie: this.isStuck ? '1' : String(until) } : LAST_PAGE) as never;
  }
}

describe('the page size of a mapping', () => {
  it('is what each side is asked for, page after page, to the end', async () => {
    const [source, target] = [new PagingFacade(), new PagingFacade()];
    recon = await startRecon({ reconSourceQueryPaging: true, reconSourceQueryPageSize: 2, reconTargetQueryPaging: true }, { source, target });
    for (const uid of ['a', 'b', 'c', 'd', 'e']) source.add(uid, { uid }, uid);
    expect(await recon.run()).toMatchObject({ state: 'SUCCESS', situationSummary: { ABSENT: 5 }, progress: { target: { created: 5 } } });
    expect([source.sizes, target.sizes]).toEqual([[2, 2, 2], [1_000]]);
  });

  it('does not make a read whole that goes round in a circle', async () => {
    const source = new PagingFacade();
    recon = await startRecon({ reconSourceQueryPaging: true, reconSourceQueryPageSize: 1 }, { source });
    for (const uid of ['a', 'b', 'c']) source.add(uid, { uid }, uid);
    source.isStuck = true;
    expect(await recon.run()).toMatchObject({ state: 'FAILED', message: expect.stringContaining('the same cookie') as string });
    expect(recon.target.named('create')).toEqual([]);
  });
});

describe('an empty target set', () => {
  const asking = { correlation: [], correlationQuery: { type: 'text/javascript', source: '({ _queryFilter: "uid sw \\"" + source.uid + "\\"" })' } };

  it.each([[false, 1], [true, 3]])('is correlated with only where correlateEmptyTargetSet says so: %s', async (correlateEmptyTargetSet, searches) => {
    recon = await startRecon({ ...asking, correlateEmptyTargetSet });
    for (const uid of ['a', 'b']) recon.source.add(uid, { uid }, uid);
    expect(await recon.run()).toMatchObject({ state: 'SUCCESS', situationSummary: { ABSENT: 2 } });
    expect(recon.target.named('search')).toHaveLength(searches);
  });
});
