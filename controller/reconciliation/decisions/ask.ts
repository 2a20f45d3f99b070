import { parseQueryFilter } from '../../crest/parse-query-filter.js';
import type { Database } from '../../store/database/database.js';
import type { ObjectSet, SetObject } from '../object-set.js';
import { insertSources, sourceRows, type SourceStaging } from '../staging/stage-source.js';
import { insertTargets, type TargetStaging } from '../staging/stage-target.js';
import { columns, type Row } from '../staging/staging-buffer.js';
import { firstOf, firstOfIds } from '../correlated-targets.js';
import { messageOf } from '../message-of.js';
import { Workers } from '../workers.js';
import type { DecisionTables } from './decision-tables.js';
import { missingSources } from './judge-targets.js';

export interface AskParts {
  readonly database: Database;
  readonly tables: DecisionTables;
  readonly source: { readonly set: ObjectSet; readonly staging: SourceStaging };
  readonly target: { readonly set: ObjectSet; readonly staging: TargetStaging };
  /** Requests at a time. */
  readonly threads: number;
}

/** Objects asked for before their answers are stored. */
const PAGE = 200;

/**
 * Sources whose targets no key can find: the target is asked with the mapping's filter, one source after the other. A source that
 * cannot be asked for has that as its problem.
 */
export async function askForCandidates({ database, tables, target, threads }: AskParts, signal: AbortSignal): Promise<void> {
  const { source, links, candidates, linkType } = tables;
  const extras = new ExtraTargets(target.staging);
  for (let after = 0; ;) {
    const page = await database.query<{ seq: number; ask: string }>(`
select s.seq, s.ask from ${source.rows} s
where s.ask is not null and s.problem is null and not s.extra and s.seq > $2
  and not exists (select 1 from ${links} l where l.source_key = s.id_key and l.qualifier = s.qualifier)
order by s.seq limit ${PAGE}`, [linkType, after]);
    const found: { readonly seq: number; readonly object: SetObject }[] = [];
    const problems: Row[] = [];
    await inParallel(threads, page, async ({ seq, ask }) => {
      try {
        for (const object of await firstTwo(target.set, ask, signal)) found.push({ seq, object });
      } catch (error) {
        signal.throwIfAborted();
        problems.push([seq, messageOf(error)]);
      }
    });
    await extras.add(database, found.map(({ object }) => object), signal);
    await database.insertRows(columns(candidates, 'seq bigint', 'target_key text'), found.map(({ seq, object }) => [seq, target.staging.keyOf(object._id)]));
    for (const [seq, problem] of problems) await database.query(`update ${source.rows} set problem = $2 where seq = $1`, [seq ?? 0, problem ?? '']);
    if (page.length < PAGE) return;
    after = Number(page.at(-1)?.seq);
  }
}

/** Two are ambiguous; more would tell nothing new. */
async function firstTwo(set: ObjectSet, ask: string, signal: AbortSignal): Promise<readonly SetObject[]> {
  const asked = JSON.parse(ask) as { readonly filter?: string; readonly ids?: readonly string[] };
  return asked.filter === undefined ? firstOfIds(set, asked.ids ?? [], signal) : firstOf(set.query(parseQueryFilter(asked.filter), undefined, signal));
}

/** Linked targets that the read did not show are asked for by their ids: that one is missing is never concluded from a list. */
export async function askForLinkedTargets({ database, tables, target, threads }: AskParts, signal: AbortSignal): Promise<void> {
  const { source, links, linkType } = tables;
  const extras = new ExtraTargets(target.staging);
  for (let after: string | null = null; ;) {
    const page: readonly { target_key: string; target_id: string }[] = await database.query(`
select distinct l.target_key, l.target_id
from ${source.rows} s join ${links} l on l.source_key = s.id_key and l.qualifier = s.qualifier
where not s.extra and not exists (select 1 from ${tables.target.rows} t where t.id_key = l.target_key)
  and ($2::text is null or l.target_key > $2::text)
order by l.target_key limit ${PAGE}`, [linkType, after]);
    await extras.add(database, await readAll(target.set, page.map(({ target_id: id }) => id), threads, signal), signal);
    if (page.length < PAGE) return;
    after = page.at(-1)?.target_key ?? null;
  }
}

/** Sources of targets nobody met, which the read did not show: asked for by their ids as well. */
export async function askForLinkedSources({ database, tables, source, threads }: AskParts, signal: AbortSignal): Promise<void> {
  const [last] = await database.query<{ seq: number | null }>(`select max(seq) as seq from ${tables.source.rows}`);
  let seq = last?.seq ?? 0;
  await database.query(missingSources(tables), [tables.linkType]);
  for (let after = 0; ;) {
    const page = await database.query<{ seq: number; source_id: string }>(`select seq, source_id from ${tables.missing} where seq > $1 order by seq limit ${PAGE}`, [after]);
    const found = await readAll(source.set, page.map(({ source_id: id }) => id), threads, signal);
    const rows = await sourceRows(source.staging, found, { after: seq, extra: true }, signal);
    seq += rows.length;
    await insertSources(source.staging, rows);
    if (page.length < PAGE) return;
    after = Number(page.at(-1)?.seq);
  }
}

/** Targets beside the read; one that is there already stays as it is. */
class ExtraTargets {
  readonly #staging: TargetStaging;
  #seq: number | undefined;

  constructor(staging: TargetStaging) {
    this.#staging = staging;
  }

  async add(database: Database, objects: readonly SetObject[], signal: AbortSignal): Promise<void> {
    const { set, keyOf } = this.#staging;
    const byKey = new Map(objects.map((object) => [keyOf(object._id), object]));
    if (byKey.size === 0) return;
    const known = await database.query<{ id_key: string }>(`select id_key from ${set.rows} where id_key = any ($1::text[])`, [[...byKey.keys()]]);
    for (const { id_key: key } of known) byKey.delete(key);
    if (this.#seq === undefined) {
      const [last] = await database.query<{ seq: number | null }>(`select max(seq) as seq from ${set.rows}`);
      this.#seq = last?.seq ?? 0;
    }
    await insertTargets(this.#staging, [...byKey.values()], { after: this.#seq, extra: true }, signal);
    this.#seq += byKey.size;
  }
}

async function readAll(set: ObjectSet, ids: readonly string[], threads: number, signal: AbortSignal): Promise<readonly SetObject[]> {
  const found: SetObject[] = [];
  await inParallel(threads, ids, async (id) => {
    const object = await set.read(id, signal);
    if (object !== undefined) found.push(object);
  });
  return found;
}

async function inParallel<Item>(threads: number, items: readonly Item[], each: (item: Item) => Promise<void>): Promise<void> {
  const workers = new Workers(threads);
  try {
    for (const item of items) await workers.add(() => each(item));
    await workers.finish();
  } finally {
    await workers.settle();
  }
}
