import { columnText, readRows } from '../../engines/sql/read-rows.js';
import { identifiers, joinSql, sql, type SqlText } from '../../engines/sql/sql-text.js';
import { assignmentsOf, type Assignment } from './assignments.js';
import { USER_COLUMNS, exactDate, type EbsColumn } from './columns.js';
import type { EbsSession } from './connection.js';
import { columnOf } from './listings.js';

/** An account as it is before a change. */
export interface EbsAccount {
  readonly userId: string;
  readonly name: string;
  readonly isEnabled: boolean;
  /** By column; days as `YYYY-MM-DD`. What is not there is NULL. */
  readonly values: ReadonlyMap<EbsColumn, string>;
  readonly assignments: readonly Assignment[];
}

const READ: readonly EbsColumn[] = USER_COLUMNS.filter(({ hidden }) => hidden !== true);

function selected(column: EbsColumn): SqlText {
  const expression = columnOf(column);
  return sql`${column.kind === 'date' ? exactDate(expression) : expression} as ${identifiers([column.attribute], 'none')}`;
}

async function accountWhere(session: EbsSession, condition: SqlText, signal: AbortSignal): Promise<EbsAccount | undefined> {
  const [row] = await readRows(session.connection, sql`select ${joinSql(READ.map(selected), ', ')}, case when t.START_DATE <= sysdate and (t.END_DATE is null or t.END_DATE > sysdate) then 1 else 0 end as IS_ENABLED from APPS.FND_USER t where ${condition}`, signal, 1);
  if (row === undefined) return undefined;
  const userId = columnText(row, 'USER_ID') ?? '';
  const values = READ.flatMap((column) => {
    const text = columnText(row, column.attribute);
    return text === undefined ? [] : [[column, column.kind === 'date' ? text.slice(0, 10) : text] as const];
  });
  return {
    userId, name: columnText(row, 'USER_NAME') ?? '', isEnabled: columnText(row, 'IS_ENABLED') === '1', values: new Map(values),
    assignments: (await assignmentsOf(session, [userId], signal)).get(userId) ?? [],
  };
}

export async function findAccount(session: EbsSession, uid: string, signal: AbortSignal): Promise<EbsAccount | undefined> {
  return /^-?\d{1,18}$/.test(uid) ? await accountWhere(session, sql`t.USER_ID = ${BigInt(uid)}`, signal) : undefined;
}

export async function findAccountByName(session: EbsSession, name: string, signal: AbortSignal): Promise<EbsAccount | undefined> {
  return await accountWhere(session, sql`t.USER_NAME = ${name}`, signal);
}
