import { isObject, writeJson, type JsonObject, type JsonValue } from '../crest/json.js';
import { preconditionFailed } from '../crest/resource-error.js';
import type { SqlRunner } from '../store/database/database.js';

/** How often one change has failed; survives a restart. */
export interface RetryCount {
  /** See changeKey. */
  readonly change: string;
  readonly count: number;
  /** The failure left open whether the change was carried out. */
  readonly isUnclear?: boolean | undefined;
}

/** Where liveSync of one object type stands. */
export interface SyncStage {
  readonly revision: number;
  /** As {@link tokenJson} makes it. */
  readonly connectorData?: JsonObject | undefined;
  readonly lastException?: JsonObject | undefined;
  readonly retries?: RetryCount | undefined;
  /** The token of changes that were carried through, behind `connectorData`: more of it may come. */
  readonly group?: JsonObject | undefined;
  /** A run is under way, or was cut off. */
  readonly isOpen?: boolean | undefined;
}

/** A stage that cannot be read is an error, never "first run": that would skip changes. */
export class SyncStageStore {
  readonly #runner: SqlRunner;

  constructor(runner: SqlRunner) {
    this.#runner = runner;
  }

  /** The same stages, read and written by that transaction. */
  using(tx: SqlRunner): SyncStageStore {
    return new SyncStageStore(tx);
  }

  async read(source: string): Promise<SyncStage | undefined> {
    const [row] = await this.#runner.query<{ readonly content: JsonValue }>('SELECT content FROM sync_stage WHERE source = $1', [source]);
    return row === undefined ? undefined : stageOf(row.content, `the liveSync state of ${source}`);
  }

  async write(source: string, stage: SyncStage): Promise<void> {
    await this.#runner.query(
      'INSERT INTO sync_stage (source, revision, content) VALUES ($1, $2, $3::json) ON CONFLICT (source) DO UPDATE SET revision = excluded.revision, content = excluded.content',
      [source, stage.revision, writeJson(storedForm(stage))],
    );
  }

  /** In place of the stage of that revision; 0: there was none. Throws 412 when it is another one by now. */
  async replace(source: string, stage: SyncStage, revision: number): Promise<void> {
    const values = [source, stage.revision, writeJson(storedForm(stage))];
    const written = revision === 0
      ? await this.#runner.query('INSERT INTO sync_stage (source, revision, content) VALUES ($1, $2, $3::json) ON CONFLICT DO NOTHING RETURNING 1 AS one', values)
      : await this.#runner.query('UPDATE sync_stage SET revision = $2, content = $3::json WHERE source = $1 AND revision = $4 RETURNING 1 AS one', [...values, revision]);
    if (written.length === 0) throw preconditionFailed(`The state of liveSync of ${source} was changed while it ran`);
  }

  /** The object sets that have a state. */
  async sources(): Promise<string[]> {
    return (await this.#runner.query<{ readonly source: string }>('SELECT source FROM sync_stage ORDER BY source')).map(({ source }) => source);
  }

  async delete(source: string): Promise<void> {
    await this.#runner.query('DELETE FROM sync_stage WHERE source = $1', [source]);
  }
}

/** Throws when it is none. `what`: for the message. */
export function stageOf(content: JsonValue, what: string): SyncStage {
  if (!isObject(content) || typeof content['revision'] !== 'number') throw new Error(`${what} is no liveSync state; delete it to start from the current token`);
  return content as unknown as SyncStage;
}

const storedForm = ({ revision, connectorData, lastException, retries, group, isOpen }: SyncStage): JsonObject => ({
  revision,
  ...(connectorData === undefined ? {} : { connectorData }),
  ...(lastException === undefined ? {} : { lastException }),
  ...(retries === undefined ? {} : { retries: { change: retries.change, count: retries.count, ...(retries.isUnclear === true ? { isUnclear: true } : {}) } }),
  ...(group === undefined ? {} : { group }),
  ...(isOpen === true ? { isOpen } : {}),
});

/** The id of a stage in the API: `system/ldap/account` → `SYSTEMLDAPACCOUNT`; `__ACCOUNT__` becomes `+ACCOUNT+`. */
export function stageId(source: string): string {
  return source.replaceAll('/', '').replaceAll('__', '+').toUpperCase();
}

/** The stage as the API shows it. The failed delta is shown only to those who ask for detail. */
export function stageJson(source: string, stage: SyncStage, detailed: boolean): JsonObject {
  const { syncDelta, ...throwable } = stage.lastException ?? {};
  return {
    _id: stageId(source), _rev: String(stage.revision),
    ...(stage.connectorData === undefined ? {} : { connectorData: stage.connectorData }),
    ...(stage.lastException === undefined ? {} : { lastException: { ...throwable, ...(detailed && syncDelta !== undefined ? { syncDelta } : {}) } }),
  };
}
