import type { MappingBook } from '../mappings/mapping-book.js';
import type { Mapping } from '../mappings/mapping.js';
import type { Database, SqlRunner, Transaction } from '../store/database/database.js';
import { CASE_SENSITIVE, linkKey, useLinkRules, type LinkIdRules } from '../store/link-keys.js';
import type { TargetLink } from './actions/deletion-gate.js';
import type { SingleLinks } from './actions/single-object-gate.js';
import type { LinkChange } from './actions/perform-action.js';
import type { LinkLookup } from './assess.js';
import type { DecisionTables } from './decisions/decision-tables.js';
import type { LinkWriter } from './runs/act.js';
import type { IdKeys } from './runs/read-sides.js';

/** The links of a mapping, seen from its source and its target, in the database. */
export interface MappingLinks extends LinkLookup, LinkWriter, Pick<SingleLinks, 'otherSources'> {
  /** The links' type, by which they lie in the database; null: the mapping keeps none. */
  readonly type: string | null;
  /** The mapping's source is the second of each link. */
  readonly isReversed: boolean;
  readonly keys: IdKeys;
  count(): Promise<number>;
  /** The links that a target has, under every qualifier. */
  linksOf(targetId: string): Promise<readonly TargetLink[]>;
}

/** `owner`: the mapping that defines the links, which is the mapping itself unless it shares another one's. */
export async function mappingLinks(database: Database, mapping: Mapping, owner: Mapping): Promise<MappingLinks> {
  const isReversed = owner.source !== mapping.source;
  const rules = linkRulesOf(owner);
  const [first, second] = [rules.firstCaseSensitive, rules.secondCaseSensitive].map((isCaseSensitive) => (id: string): string => linkKey(id, isCaseSensitive)) as [IdKeys['source'], IdKeys['source']];
  const keys = isReversed ? { source: second, target: first } : { source: first, target: second };
  if (!mapping.settings.enableLinking) return { ...NO_LINKS, keys };
  await useLinkRules(database, owner.name, rules);
  const [own, other] = isReversed ? ['second', 'first'] as const : ['first', 'second'] as const;
  const type = owner.name;
  const one = async (sql: string, values: readonly string[]): Promise<string | undefined> => {
    const [row] = await database.query<{ id: string }>(sql, [type, ...values]);
    return row?.id;
  };
  return {
    type, isReversed, keys,
    count: async () => Number((await database.query<{ number: number }>('select count(*) as number from link where link_type = $1', [type]))[0]?.number),
    targetOf: (sourceId, qualifier) => one(`select ${other}_id as id from link where link_type = $1 and ${own}_key = $2 and link_qualifier = $3`, [keys.source(sourceId), qualifier]),
    sourceOf: (targetId, qualifier) => one(`select ${own}_id as id from link where link_type = $1 and ${other}_key = $2 and link_qualifier = $3`, [keys.target(targetId), qualifier]),
    qualifiersOf: async (sourceId) => (await database.query<{ link_qualifier: string }>(
      `select link_qualifier from link where link_type = $1 and ${own}_key = $2 order by link_qualifier`, [type, keys.source(sourceId)])).map(({ link_qualifier: qualifier }) => qualifier),
    linkFound: (tx, tables) => linkFound(tx, { type, own, other }, tables),
    linksOf: (targetId) => database.query<TargetLink>(`select ${own}_id as "sourceId", link_qualifier as qualifier from link where link_type = $1 and ${other}_key = $2`, [type, keys.target(targetId)]),
    otherSources: async (sourceId, limit) => (await database.query<{ id: string }>(`select distinct ${own}_id as id from link where link_type = $1 and ${own}_key <> $2 limit $3`, [type, keys.source(sourceId), limit])).map(({ id }) => id),
    apply: async (tx, changes) => {
      await removeLinks(tx, { type, own, other }, changes.filter(({ kind }) => kind === 'unlink'), keys);
      return addLinks(tx, { type, own, other }, changes.filter(({ kind }) => kind === 'link'), keys);
    },
  };
}

/** For mappings with `enableLinking: false`: nothing is linked and nothing is kept. */
const NO_LINKS: Omit<MappingLinks, 'keys'> = {
  type: null, isReversed: false, count: () => Promise.resolve(0), targetOf: () => Promise.resolve(undefined), sourceOf: () => Promise.resolve(undefined),
  qualifiersOf: () => Promise.resolve([]), linksOf: () => Promise.resolve([]), otherSources: () => Promise.resolve([]), linkFound: () => Promise.resolve(0), apply: () => Promise.resolve(new Set<LinkChange>()),
};

interface Table { readonly type: string; readonly own: 'first' | 'second'; readonly other: 'first' | 'second' }

/** Objects whose target was found and is as it should be, so that a link is all they lack: by one statement, whatever their number. */
async function linkFound(tx: Transaction, { type, own, other }: Table, { objects, source }: DecisionTables): Promise<number> {
  const found = `o.phase < 2 and o.side = 'source' and o.situation = 'FOUND' and o.linked_id is null and o.target_id is not null and o.afterwards is null
  and (o.action = 'LINK' or (o.action = 'UPDATE' and not o.differs))`;
  await tx.query(`
insert into link (link_type, link_qualifier, ${own}_key, ${other}_key, ${own}_id, ${other}_id)
select $1, o.qualifier, s.id_key, o.target_key, o.source_id, o.target_id
from ${objects} o join ${source.rows} s on s.seq = o.source_seq
where ${found} order by o.seq
on conflict do nothing`, [type]);
  // One that could not be linked, because somebody else was meanwhile, is left to be told so by itself.
  const [done] = await tx.query<{ number: number }>(`
with done as (
  update ${objects} o set phase = 2, status = 'SUCCESS', outcome = case when o.action = 'UPDATE' then 'unchanged' else 'none' end
  from ${source.rows} s, link l
  where ${found} and s.seq = o.source_seq and l.link_type = $1 and l.link_qualifier = o.qualifier and l.${own}_key = s.id_key and l.${other}_key = o.target_key
  returning 1
) select count(*) as number from done`, [type]);
  return done?.number ?? 0;
}

async function removeLinks(tx: SqlRunner, { type, own, other }: Table, changes: readonly LinkChange[], keys: IdKeys): Promise<void> {
  if (changes.length === 0) return;
  await tx.query(`
delete from link l using unnest($2::text[], $3::text[], $4::text[]) as v (qualifier, source_key, target_key)
where l.link_type = $1 and l.link_qualifier = v.qualifier and l.${own}_key = v.source_key and l.${other}_key = v.target_key`, [type, ...arrays(changes, keys)]);
}

/** Answers those that are not there afterwards. */
async function addLinks(tx: Transaction, { type, own, other }: Table, changes: readonly LinkChange[], keys: IdKeys): Promise<ReadonlySet<LinkChange>> {
  if (changes.length === 0) return new Set();
  const values = [type, ...arrays(changes, keys)];
  await tx.query(`
insert into link (link_type, link_qualifier, ${own}_key, ${other}_key, ${own}_id, ${other}_id)
select $1, v.* from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) as v
on conflict do nothing`, [...values, changes.map(({ sourceId }) => sourceId), changes.map(({ targetId }) => targetId)]);
  const missing = await tx.query<{ place: number }>(`
select v.place from unnest($2::text[], $3::text[], $4::text[]) with ordinality as v (qualifier, source_key, target_key, place)
where not exists (select 1 from link l where l.link_type = $1 and l.link_qualifier = v.qualifier and l.${own}_key = v.source_key and l.${other}_key = v.target_key)`, values);
  return new Set(missing.flatMap(({ place }) => changes[place - 1] ?? []));
}

function arrays(changes: readonly LinkChange[], keys: IdKeys): readonly (readonly string[])[] {
  return [changes.map(({ qualifier }) => qualifier), changes.map(({ sourceId }) => keys.source(sourceId)), changes.map(({ targetId }) => keys.target(targetId))];
}

/** How the ids of a mapping that defines links compare. */
export function linkRulesOf({ settings: { sourceIdsCaseSensitive, targetIdsCaseSensitive } }: Mapping): LinkIdRules {
  return { firstCaseSensitive: sourceIdsCaseSensitive, secondCaseSensitive: targetIdsCaseSensitive };
}

/** As `linkRulesOf`, of the mapping that is called so; ids of one that cannot be used compare as they are. */
export async function linkRulesFor(book: MappingBook, name: string): Promise<LinkIdRules> {
  const entry = await book.get(name);
  return entry !== undefined && 'mapping' in entry ? linkRulesOf(entry.mapping) : CASE_SENSITIVE;
}
