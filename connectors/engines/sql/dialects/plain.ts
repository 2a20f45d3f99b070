import { ConnectorError } from '../../../../protocol/model/index.js';
import { checkedIdentifier, jdbcSql, sql, type SqlText } from '../sql-text.js';
import type { SqlValue } from '../values.js';
import type { TransactionIsolation } from '../settings.js';

/** Standard SQL's delimited identifier. */
export function doubleQuoted(identifier: string): string {
  return `"${checkedIdentifier(identifier).replaceAll('"', '""')}"`;
}

/** A statement of ours, without parameters. */
export function statement(text: string): SqlText {
  return jdbcSql(text);
}

/** A whole number as a literal: some databases take no parameter for LIMIT. */
export function count(value: number): SqlText {
  if (!Number.isSafeInteger(value) || value < 0) throw new ConnectorError('illegalArgument', `${value} is no number of rows.`);
  return statement(String(value));
}

/** `limit … offset …` as PostgreSQL and MySQL have it. */
export function limitOffset(query: SqlText, limit: number, offset: number): SqlText {
  return offset === 0 ? sql`${query} limit ${count(limit)}` : sql`${query} limit ${count(limit)} offset ${count(offset)}`;
}

/** `offset … fetch …` of the SQL standard; SQL Server 2012 and Oracle 12c take it. */
export function offsetFetch(query: SqlText, limit: number, offset: number): SqlText {
  return sql`${query} offset ${count(offset)} rows fetch next ${count(limit)} rows only`;
}

export function bound(value: SqlValue): SqlText {
  return sql`${value}`;
}

const ISOLATION: Readonly<Record<TransactionIsolation, string>> = {
  readUncommitted: 'READ UNCOMMITTED', readCommitted: 'READ COMMITTED', repeatableRead: 'REPEATABLE READ', serializable: 'SERIALIZABLE',
};

/** The level's name in SQL, after `prefix`; nothing where none is asked for. */
export function isolationStatement(prefix: string, isolation: TransactionIsolation | null | undefined): SqlText[] {
  return isolation === null || isolation === undefined ? [] : [statement(`${prefix} ${ISOLATION[isolation]}`)];
}
