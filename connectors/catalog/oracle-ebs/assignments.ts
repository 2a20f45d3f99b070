import { columnText, readRows } from '../../engines/sql/read-rows.js';
import { joinSql, sql } from '../../engines/sql/sql-text.js';
import type { SqlRow } from '../../engines/sql/values.js';
import { exactDate } from './columns.js';
import type { EbsSession } from './connection.js';

/** A responsibility a user has, or had: removed ones keep their row, with an end date. Dates `YYYY-MM-DD`. */
export interface Assignment {
  readonly application: string;
  readonly key: string;
  readonly securityGroup: string;
  readonly description: string;
  readonly start: string | undefined;
  readonly end: string | undefined;
  /** Has not ended. It may begin later. */
  readonly isCurrent: boolean;
}

/** STANDARD is the security group of installations that do not use security groups. */
export const STANDARD_GROUP = 'STANDARD';

export function assignmentKey({ application, key, securityGroup }: Pick<Assignment, 'application' | 'key' | 'securityGroup'>): string {
  return JSON.stringify([application, key, securityGroup]);
}

/**
 * Responsibilities assigned to users directly, by USER_ID. FND_USER_RESP_GROUPS_DIRECT leaves out those inherited by roles, which
 * cannot be taken away from a user. (Oracle E-Business Suite Technical Reference, Application Object Library.)
 */
export async function assignmentsOf({ connection }: EbsSession, userIds: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, readonly Assignment[]>> {
  const byUser = new Map<string, Assignment[]>();
  if (userIds.length === 0) return byUser;
  const ids = joinSql(userIds.map((userId) => sql`${BigInt(userId)}`), ', ');
  const rows = await readRows(connection, sql`select d.USER_ID, a.APPLICATION_SHORT_NAME, r.RESPONSIBILITY_KEY, g.SECURITY_GROUP_KEY, d.DESCRIPTION, ${exactDate(sql`d.START_DATE`)} as START_DATE, ${exactDate(sql`d.END_DATE`)} as END_DATE, case when d.END_DATE is null or d.END_DATE > sysdate then 1 else 0 end as IS_CURRENT from APPS.FND_USER_RESP_GROUPS_DIRECT d join APPS.FND_RESPONSIBILITY r on r.RESPONSIBILITY_ID = d.RESPONSIBILITY_ID and r.APPLICATION_ID = d.RESPONSIBILITY_APPLICATION_ID join APPS.FND_APPLICATION a on a.APPLICATION_ID = d.RESPONSIBILITY_APPLICATION_ID left join APPS.FND_SECURITY_GROUPS g on g.SECURITY_GROUP_ID = d.SECURITY_GROUP_ID where d.USER_ID in (${ids}) order by d.USER_ID, a.APPLICATION_SHORT_NAME, r.RESPONSIBILITY_KEY, g.SECURITY_GROUP_KEY`, signal);
  for (const row of rows) {
    const userId = columnText(row, 'USER_ID') ?? '';
    const held = byUser.get(userId);
    if (held === undefined) byUser.set(userId, [assignment(row)]);
    else held.push(assignment(row));
  }
  return byUser;
}

function assignment(row: SqlRow): Assignment {
  return {
    application: columnText(row, 'APPLICATION_SHORT_NAME') ?? '',
    key: columnText(row, 'RESPONSIBILITY_KEY') ?? '',
    securityGroup: columnText(row, 'SECURITY_GROUP_KEY') ?? STANDARD_GROUP,
    // Oracle has no empty text, only NULL.
    description: columnText(row, 'DESCRIPTION') ?? '',
    start: columnText(row, 'START_DATE')?.slice(0, 10),
    end: columnText(row, 'END_DATE')?.slice(0, 10),
    isCurrent: columnText(row, 'IS_CURRENT') === '1',
  };
}
