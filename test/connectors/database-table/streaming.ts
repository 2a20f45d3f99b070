import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { TableFacade, failing, type TestDatabase } from './table-facade.js';

const ROWS = 100_000;
/** The rows are 50 MB at least; a tenth of them held would show. */
const MOST_BYTES = 8 * 2 ** 20;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What this process holds. */
function held(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

export interface StreamedDatabase {
  /** Fills a table of `id` and `filling`. */
  fill(table: string, rows: number): string;
}

/** A large table read as fast, or as slowly, as somebody wants it. */
export function describeStreaming(title: string, start: () => Promise<TestDatabase>, { fill }: StreamedDatabase): void {
  describe(`a large table on ${title}`, () => {
    let database: TestDatabase;
    let facade: TableFacade;
    beforeAll(async () => {
      database = await start();
      await database.query('create table large (id int primary key, filling varchar(500))');
      await database.query(fill('large', ROWS));
    });
    afterEach(() => facade.dispose());
    afterAll(async () => {
      await database.query('drop table large');
      await database.stop();
    });

    const open = async () => {
      facade = await TableFacade.on(database, { table: 'large', keyColumn: 'id', passwordColumn: null, changeLogColumn: null });
      return facade.facade.stream({ kind: 'search', filter: undefined, ...facade.on() }, facade.context);
    };

    it('is read row by row, with no more of it in memory at the end than at the beginning', async () => {
      const stream = await open();
      await stream.next();
      const before = held();
      let rows = 1;
      let most = 0;
      while ((await stream.next()).done !== true) {
        if (++rows % 10_000 === 0) most = Math.max(most, held() - before);
      }
      expect(rows).toBe(ROWS);
      expect(most).toBeLessThan(MOST_BYTES);
    });

    it('waits at the database while nobody reads on', async () => {
      const before = held();
      const stream = await open();
      await stream.next();
      // Whatever reads ahead does so by itself: the event loop turns while statements of others run.
      for (let turn = 0; turn < 20; turn++) await database.query('select 1');
      expect(held() - before).toBeLessThan(MOST_BYTES);
      await stream.return(undefined);
    });

    it('is let go at the database when the reader leaves, and the connection kept', async () => {
      const stream = await open();
      expect((await stream.next()).done).toBe(false);
      await stream.return(undefined);
      expect(await database.openCursors!()).toBe(0);
      await until(() => facade.facade.status().sessions.idle === 1, 'the connection to be given back');
      expect((await facade.get('7'))?.uid.value).toBe('7');
      expect(facade.facade.status().sessions.opened).toBe(1);
    });

    it('is let go at the database when the operation is aborted, whoever still reads', async () => {
      facade = await TableFacade.on(database, { table: 'large', keyColumn: 'id', passwordColumn: null, changeLogColumn: null });
      const abort = new AbortController();
      const stream = facade.facade.stream({ kind: 'search', filter: undefined, ...facade.on() }, { signal: abort.signal, operationId: 'op-1' });
      await stream.next();
      abort.abort();
      await failing(stream.next());
      await until(async () => await database.openCursors!() === 0, 'the statement to end at the server');
      await until(() => facade.facade.status().sessions.inUse === 0, 'the connection to be closed');
    });
  });
}
