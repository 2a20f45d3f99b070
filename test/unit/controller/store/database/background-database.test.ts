import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../../../controller/log.js';
import { BackgroundDatabase, type OpenDatabase } from '../../../../../controller/store/database/background-database.js';
import type { Database } from '../../../../../controller/store/database/database.js';
import { DatabaseRefused, DatabaseUnavailable } from '../../../../../controller/store/database/database-errors.js';

const unused = (): never => { throw new Error('not of this test'); };
const working = (closed: () => void = () => undefined): Database => ({
  kind: 'embedded', query: () => Promise.resolve([{ one: 1 }]) as never, insertRows: unused, transaction: unused, stream: unused, exclusively: unused, close: async () => { closed(); },
});

/** Attempts of opening, one by one; `again` runs the one that waits. */
function opened(...attempts: (() => Promise<Database>)[]): { database: BackgroundDatabase; pauses: number[]; again: () => void; lose: (error: DatabaseUnavailable) => void } {
  const pauses: number[] = [];
  let next: () => void = () => undefined;
  let lost: (error: DatabaseUnavailable) => void = () => undefined;
  const open: OpenDatabase = (whenLost) => {
    lost = whenLost;
    return attempts.shift()?.() ?? Promise.reject(new Error('one attempt too many'));
  };
  const database = new BackgroundDatabase(open, {
    kind: 'embedded', log: silentLog, patience: 20,
    later: (again, milliseconds) => {
      pauses.push(milliseconds);
      next = again;
      return () => { next = () => undefined; };
    },
  });
  return { database, pauses, again: () => { next(); }, lose: (error) => { lost(error); } };
}

describe('a database that is opened in the background', () => {
  it('answers 503 with the reason while it cannot be opened, later and later, and works once it can', async () => {
    const { database, pauses, again } = opened(() => Promise.reject(new DatabaseUnavailable('nobody there')), () => Promise.reject(new Error('still nobody')), () => Promise.resolve(working()));
    await expect(database.query('SELECT 1')).rejects.toMatchObject({ code: 503, message: expect.stringContaining('nobody there') as unknown });
    await expect(database.query('SELECT 1')).rejects.toMatchObject({ code: 503 });
    again();
    await expect(database.query('SELECT 1')).rejects.toThrow('still nobody');
    await expect(database.ready()).rejects.toMatchObject({ code: 503 });
    expect([database.isOpen, pauses]).toEqual([false, [1_000, 2_000]]);
    again();
    expect([await database.query('SELECT 1'), database.isOpen]).toEqual([[{ one: 1 }], true]);
  });

  it('makes nobody wait for ever', async () => {
    const { database } = opened(() => new Promise(() => undefined));
    await expect(database.query('SELECT 1')).rejects.toMatchObject({ code: 503, message: expect.stringContaining('still being opened') as unknown });
  });

  it('is not tried again when a person has to do something first', async () => {
    const { database, pauses } = opened(() => Promise.reject(new DatabaseRefused('a newer version has changed its form')));
    await expect(database.ready()).rejects.toThrow('newer version');
    await expect(database.ready()).rejects.toMatchObject({ code: 503 });
    expect(pauses).toEqual([]);
  });

  it('is opened again after it was lost, and not after it was closed', async () => {
    let closed = 0;
    const { database, again, lose } = opened(() => Promise.resolve(working()), () => Promise.resolve(working(() => { closed += 1; })));
    await database.ready();
    lose(new DatabaseUnavailable('its thread has ended'));
    await expect(database.query('SELECT 1')).rejects.toThrow('its thread has ended');
    again();
    expect(await database.query('SELECT 1')).toEqual([{ one: 1 }]);
    await database.close();
    lose(new DatabaseUnavailable('late'));
    again();
    expect(closed).toBe(1);
    await expect(database.query('SELECT 1')).rejects.toThrow('it is closed');
  });
});
