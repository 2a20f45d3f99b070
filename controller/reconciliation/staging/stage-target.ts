import type { SqlRunner } from '../../store/database/database.js';
import type { RunEngine } from '../run-engine.js';
import type { ObjectSet, SetObject } from '../object-set.js';
import { storable } from '../message-of.js';
import { WholeRead } from '../whole-read.js';
import { StagingBuffer, columns, type Row } from './staging-buffer.js';
import type { StagingSet } from './staging-set.js';

export interface TargetStaging {
  readonly database: SqlRunner;
  readonly set: StagingSet;
  readonly engine: RunEngine;
  /** The key of a target's id in links. */
  readonly keyOf: (id: string) => string;
  readonly onRow: (rows: number) => void;
}

/** Reads all of the target into its set: of each object its id, a fingerprint and its keys, never its values. */
export async function stageTarget(parts: TargetStaging, target: ObjectSet, signal: AbortSignal): Promise<{ readonly read: WholeRead; readonly rows: number }> {
  const { engine, onRow } = parts;
  let seq = 0;
  const buffer = new StagingBuffer<SetObject>(async (batch) => {
    await insertTargets(parts, batch, { after: seq, extra: false }, signal);
    seq += batch.length;
    onRow(batch.length);
  });
  const read = await WholeRead.of(target, { filter: engine.mapping.targetQuery, names: engine.targetNames, pageSize: engine.pageSize('target') }, (object) => buffer.add(object), signal);
  await buffer.flush();
  return { read, rows: seq };
}

/** `extra`: objects that were asked for by id or by a filter, besides the read. */
export async function insertTargets(staging: TargetStaging, batch: readonly SetObject[], where: { readonly after: number; readonly extra: boolean }, signal: AbortSignal): Promise<void> {
  const insert = await targetsToInsert(staging, batch, where, signal);
  await insert(staging.database);
}

/** The same in two steps: what the mapping says of the objects, and its insertion. */
export async function targetsToInsert({ set, engine, keyOf }: TargetStaging, batch: readonly SetObject[], { after, extra }: { readonly after: number; readonly extra: boolean }, signal: AbortSignal): Promise<(database: SqlRunner) => Promise<void>> {
  const assessed = await engine.targets(batch, signal);
  const rows: Row[] = [];
  const keys: Row[] = [];
  for (const [index, object] of batch.entries()) {
    const found = assessed[index];
    if (found === undefined) continue;
    const key = keyOf(object._id);
    rows.push([after + index + 1, object._id, key, found.fingerprint, found.isValid, found.problem === undefined ? null : storable(found.problem), extra]);
    if (!extra) for (const each of new Set(found.keys)) keys.push([each, key]);
  }
  return async (database) => {
    await database.insertRows(columns(set.rows, 'seq bigint', 'id text', 'id_key text', 'fingerprint text', 'valid boolean', 'problem text', 'extra boolean'), rows);
    if (keys.length > 0) await database.insertRows(columns(set.keys, 'key text', 'id_key text'), keys);
  };
}
