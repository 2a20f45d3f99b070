import { indexable } from './indexable.js';
import type { Database, Transaction } from './database/database.js';

/** Ids compare as they are, or without regard to case. */
export interface LinkIdRules {
  readonly firstCaseSensitive: boolean;
  readonly secondCaseSensitive: boolean;
}

export const CASE_SENSITIVE: LinkIdRules = { firstCaseSensitive: true, secondCaseSensitive: true };

/** What an id is found by. */
export function linkKey(id: string, isCaseSensitive: boolean): string {
  return indexable(isCaseSensitive ? id : id.toLowerCase());
}

interface Stored { readonly first_case_sensitive: boolean; readonly second_case_sensitive: boolean }
interface Row { readonly id: string; readonly first_id: string; readonly second_id: string }

/** The links of the type are found by these rules from now on. Throws, with nothing changed, when two links are one by them. */
export async function useLinkRules(database: Database, type: string, rules: LinkIdRules): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.query('INSERT INTO link_type VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [type, rules.firstCaseSensitive, rules.secondCaseSensitive]);
    const [stored] = await tx.query<Stored>('SELECT first_case_sensitive, second_case_sensitive FROM link_type WHERE link_type = $1 FOR UPDATE', [type]);
    if (stored?.first_case_sensitive === rules.firstCaseSensitive && stored.second_case_sensitive === rules.secondCaseSensitive) return;
    await changeKeys(tx, type, rules);
    await tx.query('UPDATE link_type SET first_case_sensitive = $2, second_case_sensitive = $3 WHERE link_type = $1', [type, rules.firstCaseSensitive, rules.secondCaseSensitive]);
  });
}

/** All are taken out and put in again: on the way there, keys of some may be those of others. */
async function changeKeys(tx: Transaction, type: string, rules: LinkIdRules): Promise<void> {
  await tx.script('CREATE TEMPORARY TABLE changing_link (LIKE link) ON COMMIT DROP');
  await tx.query('WITH taken AS (DELETE FROM link WHERE link_type = $1 RETURNING *) INSERT INTO changing_link SELECT * FROM taken', [type]);
  const rows = await tx.query<Row>('SELECT id, first_id, second_id FROM changing_link');
  const keys = rows.map((row) => [linkKey(row.first_id, rules.firstCaseSensitive), linkKey(row.second_id, rules.secondCaseSensitive)] as const);
  const put = await tx.query(`INSERT INTO link (id, rev, link_type, link_qualifier, first_id, second_id, first_key, second_key)
    SELECT c.id, c.rev, c.link_type, c.link_qualifier, c.first_id, c.second_id, k.first_key, k.second_key
    FROM changing_link c JOIN unnest($1::uuid[], $2::text[], $3::text[]) AS k(id, first_key, second_key) USING (id) ON CONFLICT DO NOTHING RETURNING 1 AS put`, [rows.map(({ id }) => id), keys.map(([first]) => first), keys.map(([, second]) => second)]);
  if (put.length < rows.length) throw new Error(`Without regard to case ${rows.length - put.length} links of ${type} are of the same objects as others. Remove them (repo/link), or let the mapping tell ids apart by case (sourceIdsCaseSensitive, targetIdsCaseSensitive)`);
}
