import { describe, expect, it } from 'vitest';
import { DialectConnection } from '../../../../connectors/engines/sql/dialect-connection.js';
import { dialects } from '../../../../connectors/engines/sql/dialects.js';
import { sql } from '../../../../connectors/engines/sql/sql-text.js';
import { inTransaction } from '../../../../connectors/engines/sql/transaction.js';
import { ConnectorError } from '../../../../protocol/model/index.js';
import { NotingDriver } from '../../../support/noting-driver.js';

const never = new AbortController().signal;
const gone = (): Promise<never> => Promise.reject(new Error('Connection terminated unexpectedly'));
const failing = (message: string, code?: string) => (): Promise<never> => Promise.reject(Object.assign(new Error(message), { code }));

function connected(autoCommit = true) {
  const driver = new NotingDriver();
  return { driver, connection: new DialectConnection(dialects.postgresql, driver, autoCommit) };
}

const select = sql`select 1`;
const firstOf = async (connection: DialectConnection, signal = never) => {
  for await (const [row] of connection.rows(select, signal)) return row?.get('n') ?? undefined;
  return undefined;
};

describe('rows', () => {
  it('close their cursor at the end, at an early end, and where the reader throws', async () => {
    const { driver, connection } = connected();
    expect(await firstOf(connection)).toBe(1);
    const read: unknown[] = [];
    for await (const chunk of connection.rows(select, never)) read.push(...chunk);
    expect(read).toHaveLength(2);
    await expect((async () => { for await (const rows of connection.rows(select, never)) throw new Error(`reader of ${rows.length}`); })()).rejects.toThrow('reader of 1');
    expect(driver.told.filter((what) => what === 'open' || what === 'close cursor')).toEqual(['open', 'close cursor', 'open', 'close cursor', 'open', 'close cursor']);
    expect(connection.isLost).toBe(false);
  });

  it('leave a connection of no use where their cursor cannot be closed, and say nothing of it to the reader', async () => {
    const { driver, connection } = connected();
    driver.failing.set('close cursor', failing('too many connections'));
    expect(await firstOf(connection)).toBe(1);
    expect(connection.isLost).toBe(true);
    await expect(connection.execute(select, never)).rejects.toMatchObject({ kind: 'connectionBroken', outcome: 'notApplied' });
  });

  it('ask nothing of a connection that was lost while nobody read', async () => {
    const { driver, connection } = connected();
    const rows = connection.rows(select, never);
    await rows.next();
    driver.isLost = true;
    await rows.return();
    expect(driver.told).not.toContain('close cursor');
  });

  it('have the server stop on abort, once, and give the connection up', async () => {
    const { driver, connection } = connected();
    driver.failing.set('next', () => new Promise(() => {}));
    const abort = new AbortController();
    const reading = connection.rows(select, abort.signal).next();
    setImmediate(() => abort.abort(new ConnectorError('operationTimeout', 'over')));
    await expect(reading).rejects.toMatchObject({ kind: 'operationTimeout' });
    expect(driver.told).toEqual(['open', 'next', 'cancel']);
    expect(connection.isLost).toBe(true);
  });

  it('refuse another statement while some are still to come', async () => {
    const { connection } = connected();
    const rows = connection.rows(select, never);
    await rows.next();
    await expect(connection.execute(select, never)).rejects.toMatchObject({ kind: 'illegalState', outcome: 'notApplied' });
    await rows.return();
    await connection.execute(select, never);
  });
});

describe('a transaction', () => {
  const writing = (connection: DialectConnection) => inTransaction(connection, never, () => connection.execute(select, never));

  it('is committed, or taken back by an error', async () => {
    const { driver, connection } = connected();
    await writing(connection);
    driver.failing.set('run', failing('duplicate key', '23505'));
    await expect(writing(connection)).rejects.toMatchObject({ kind: 'alreadyExists', outcome: 'notApplied' });
    expect(driver.told).toEqual(['begin', 'run', 'commit', 'begin', 'run', 'rollback']);
    expect(connection.inTransaction).toBe(false);
  });

  it('has changed nothing where the connection is lost before its commit, and leaves it open what a lost commit did', async () => {
    const before = connected();
    before.driver.failing.set('run', gone);
    await expect(writing(before.connection)).rejects.toMatchObject({ kind: 'connectionBroken', outcome: 'notApplied' });
    const during = connected();
    during.driver.failing.set('commit', gone);
    await expect(writing(during.connection)).rejects.toMatchObject({ kind: 'connectionBroken', outcome: 'unknown' });
    const unknown = connected();
    unknown.driver.failing.set('commit', failing('statement completion unknown', '40003'));
    await expect(writing(unknown.connection)).rejects.toMatchObject({ kind: 'connectionBroken', outcome: 'unknown' });
  });

  it('whose rollback fails closes the connection', async () => {
    const { driver, connection } = connected();
    driver.failing.set('run', failing('no', '23514'));
    driver.failing.set('rollback', gone);
    await expect(writing(connection)).rejects.toMatchObject({ kind: 'invalidAttributeValue' });
    expect(driver.told.at(-1)).toBe('close');
    expect(connection.isLost).toBe(true);
  });

  it('begins by itself without auto-commit, and stays open until somebody ends it', async () => {
    const { driver, connection } = connected(false);
    await connection.execute(select, never);
    await connection.execute(select, never);
    await connection.commit(never);
    expect(driver.told).toEqual(['begin', 'run', 'run', 'commit']);
  });
});
