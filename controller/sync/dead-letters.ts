import { createHash } from 'node:crypto';
import { writeJson, type JsonObject } from '../crest/json.js';
import type { SqlRunner } from '../store/database/database.js';

export interface DeadLetter {
  /** The delta's token as text, by which the letter is found. */
  readonly token: string;
  readonly systemIdentifier: string;
  readonly objectType: string;
  readonly uid: string;
  readonly failedRecord: JsonObject | null;
  readonly failureCause: string;
}

/** In the place of the system, for changes of managed objects; their object type is `managed/<type>`. */
export const MANAGED_LETTERS = 'managed';

/** Changes that were given up, for people to look at. */
export class DeadLetters {
  readonly #runner: SqlRunner;

  constructor(runner: SqlRunner) {
    this.#runner = runner;
  }

  /** The same letters, written by that transaction. */
  using(tx: SqlRunner): DeadLetters {
    return new DeadLetters(tx);
  }

  /** Under the token as its id, and under the token with type and uid where another change has that already. Answers the id. */
  async add(letter: DeadLetter): Promise<string> {
    const { systemIdentifier: system, token, objectType, uid } = letter;
    const known = await this.read(system, token);
    const isOther = known !== undefined && (known['uid'] !== uid || known['objectType'] !== objectType);
    const id = isOther ? `${token}/${objectType}/${uid}` : token;
    await this.#runner.query(
      'INSERT INTO dead_letter (system, token_hash, token, content) VALUES ($1, $2, $3, $4::json) ON CONFLICT (system, token_hash) DO UPDATE SET content = excluded.content',
      [system, hashOf(id), id, writeJson({ ...letter })],
    );
    return id;
  }

  async read(system: string, token: string): Promise<JsonObject | undefined> {
    const [row] = await this.#runner.query<{ readonly content: JsonObject }>('SELECT content FROM dead_letter WHERE system = $1 AND token_hash = $2', [system, hashOf(token)]);
    return row?.content;
  }

  /** False when there is none. */
  async remove(system: string, token: string): Promise<boolean> {
    return (await this.#runner.query('DELETE FROM dead_letter WHERE system = $1 AND token_hash = $2 RETURNING 1 AS gone', [system, hashOf(token)])).length > 0;
  }

  async tokens(system: string): Promise<string[]> {
    return (await this.#runner.query<{ readonly token: string }>('SELECT token FROM dead_letter WHERE system = $1 ORDER BY token', [system])).map(({ token }) => token);
  }

  /** How many there are, by system. */
  async counts(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#runner.query<{ readonly system: string; readonly letters: number }>('SELECT system, count(*) AS letters FROM dead_letter GROUP BY system');
    return new Map(rows.map(({ system, letters }) => [system, letters]));
  }
}

/** A token may be longer than an index takes. */
function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
