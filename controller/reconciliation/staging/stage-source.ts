import { writeJson } from '../../crest/json.js';
import { filterText } from '../../crest/query-filter.js';
import type { SqlRunner } from '../../store/database/database.js';
import type { AssessedSource, RunEngine } from '../run-engine.js';
import type { ObjectSet, SetObject } from '../object-set.js';
import { storable } from '../message-of.js';
import { WholeRead } from '../whole-read.js';
import { StagingBuffer, columns, type Row } from './staging-buffer.js';
import type { StagingSet } from './staging-set.js';

export interface SourceStaging {
  readonly database: SqlRunner;
  readonly set: StagingSet;
  readonly engine: RunEngine;
  /** The key of a source's id in links. */
  readonly keyOf: (id: string) => string;
  readonly onRow: (rows: number) => void;
}

/** Reads all of the source into its set. Answers the proof, and how many rows there are. */
export async function stageSource(parts: SourceStaging, source: ObjectSet, signal: AbortSignal): Promise<{ readonly read: WholeRead; readonly rows: number }> {
  const { engine, onRow } = parts;
  let seq = 0;
  const buffer = new StagingBuffer<SetObject>(async (batch) => {
    const rows = await sourceRows(parts, batch, { after: seq, extra: false }, signal);
    await insertSources(parts, rows);
    seq += rows.length;
    onRow(batch.length);
  });
  const read = await WholeRead.of(source, { filter: engine.mapping.sourceQuery, names: engine.sourceNames, pageSize: engine.pageSize('source') }, (object) => buffer.add(object), signal);
  await buffer.flush();
  return { read, rows: seq };
}

export async function insertSources({ database, set }: SourceStaging, rows: readonly Row[]): Promise<void> {
  await database.insertRows(columns(set.rows, 'seq bigint', 'id text', 'id_key text', 'qualifier text', 'valid boolean', 'key text', 'ask text', 'mapped text', 'content text', 'problem text', 'extra boolean'), rows);
}

/** What is kept of source objects: one row for each link qualifier. A row that could not be looked at has a problem and nothing else. */
export async function sourceRows({ engine, keyOf }: SourceStaging, batch: readonly SetObject[], { after, extra }: { readonly after: number; readonly extra: boolean }, signal: AbortSignal): Promise<Row[]> {
  const assessed = await engine.sources(batch, extra, signal);
  let seq = after;
  return batch.flatMap((object, index): Row[] => {
    const found = assessed[index] ?? new Error('the mapping said nothing about the object');
    const id = [object._id, keyOf(object._id)];
    const content = writeJson(object);
    if (found instanceof Error) return [[++seq, ...id, 'default', false, null, null, null, content, storable(found.message), extra]];
    return found.map((row) => [++seq, ...id, row.qualifier, row.isValid, ...correlation(row), row.mapped ?? null, content, null, extra]);
  });
}

/** What is not found by a key is asked for: by a filter, or by the ids a script has found. */
function correlation({ correlation: { key, filter, ids } }: AssessedSource): readonly [string | null, string | null] {
  if (key !== undefined) return [key, null];
  if (ids !== undefined) return [null, JSON.stringify({ ids })];
  return [null, filter === undefined ? null : JSON.stringify({ filter: filterText(filter) })];
}
