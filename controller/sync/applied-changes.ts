import { createHash } from 'node:crypto';
import { writeJson } from '../crest/json.js';
import type { SqlRunner } from '../store/database/database.js';
import type { Change } from './change-handler.js';

/**
 * Changes that were carried through under the last token. Several changes may share one, so the token is passed only with the last of
 * them; until then these are what a run that begins again at the token before leaves out.
 */
export class AppliedChanges {
  readonly #runner: SqlRunner;

  constructor(runner: SqlRunner) {
    this.#runner = runner;
  }

  using(tx: SqlRunner): AppliedChanges {
    return new AppliedChanges(tx);
  }

  async has(source: string, key: string): Promise<boolean> {
    return (await this.#runner.query('SELECT 1 AS one FROM sync_applied WHERE source = $1 AND change_key = $2', [source, key])).length > 0;
  }

  async add(source: string, key: string): Promise<void> {
    await this.#runner.query('INSERT INTO sync_applied (source, change_key) VALUES ($1, $2) ON CONFLICT DO NOTHING', [source, key]);
  }

  async clear(source: string): Promise<void> {
    await this.#runner.query('DELETE FROM sync_applied WHERE source = $1', [source]);
  }
}

/** Tells one change from another; the token alone does not. */
export function changeKey(token: string, { kind, container, id, newValue }: Change): string {
  return createHash('sha256').update(writeJson([token, kind, container, id, newValue ?? null])).digest('hex');
}
