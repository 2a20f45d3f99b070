import type { SqlRunner } from './database/database.js';
import { linkKey, type LinkIdRules } from './link-keys.js';

/** That a source object and a target object are the same thing. */
export interface Link {
  readonly firstId: string;
  readonly secondId: string;
}

interface Row { readonly first_id: string; readonly second_id: string; readonly first_key: string; readonly second_key: string }

type Side = 'first' | 'second';
const PAIR = 'first_id, second_id, first_key, second_key';

/** The links of one type and qualifier. Each id has one link at most, as the ids compare. */
export class LinkTable {
  readonly #runner: SqlRunner;
  readonly #type: string;
  readonly #qualifier: string;
  readonly #rules: LinkIdRules;

  constructor(runner: SqlRunner, type: string, rules: LinkIdRules, qualifier = 'default') {
    this.#runner = runner;
    this.#type = type;
    this.#qualifier = qualifier;
    this.#rules = rules;
  }

  /** The same links, read and written by that transaction. */
  using(runner: SqlRunner): LinkTable {
    return new LinkTable(runner, this.#type, this.#rules, this.#qualifier);
  }

  async size(): Promise<number> {
    const [row] = await this.#runner.query<{ readonly size: number }>('SELECT count(*) AS size FROM link WHERE link_type = $1 AND link_qualifier = $2', [this.#type, this.#qualifier]);
    return row?.size ?? 0;
  }

  async byFirst(id: string): Promise<Link | undefined> {
    return (await this.#find('first', [id])).get(this.#key('first', id));
  }

  async bySecond(id: string): Promise<Link | undefined> {
    return (await this.#find('second', [id])).get(this.#key('second', id));
  }

  /** By the ids as they were asked for; those without a link are missing. */
  async byFirsts(ids: readonly string[]): Promise<ReadonlyMap<string, Link>> {
    return this.#findAll('first', ids);
  }

  /** As `byFirsts`. */
  async bySeconds(ids: readonly string[]): Promise<ReadonlyMap<string, Link>> {
    return this.#findAll('second', ids);
  }

  /** Throws when one of the two has another link: links are never moved silently. Nothing when there is that link already. */
  async add(firstId: string, secondId: string): Promise<void> {
    const keys = [this.#key('first', firstId), this.#key('second', secondId)] as const;
    const made = await this.#runner.query(
      'INSERT INTO link (link_type, link_qualifier, first_id, second_id, first_key, second_key) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING 1 AS made',
      [this.#type, this.#qualifier, firstId, secondId, ...keys],
    );
    if (made.length > 0) return;
    const there = await this.#runner.query<Row>(`SELECT ${PAIR} FROM link WHERE link_type = $1 AND link_qualifier = $2 AND (first_key = $3 OR second_key = $4)`, [this.#type, this.#qualifier, ...keys]);
    const first = there.find((row) => row.first_key === keys[0]);
    const second = there.find((row) => row.second_key === keys[1]);
    if (first !== undefined && first === second) return;
    if (first !== undefined) throw new Error(`${firstId} is linked to ${first.second_id} already`);
    throw new Error(`${secondId} is linked to ${second?.first_id ?? 'another object'} already`);
  }

  /** Nothing when there is no such link. */
  async remove({ firstId, secondId }: Link): Promise<void> {
    await this.#runner.query('DELETE FROM link WHERE link_type = $1 AND link_qualifier = $2 AND first_key = $3 AND second_key = $4', [this.#type, this.#qualifier, this.#key('first', firstId), this.#key('second', secondId)]);
  }

  async #findAll(side: Side, ids: readonly string[]): Promise<ReadonlyMap<string, Link>> {
    const found = await this.#find(side, ids);
    return new Map(ids.flatMap((id) => {
      const link = found.get(this.#key(side, id));
      return link === undefined ? [] : [[id, link] as const];
    }));
  }

  /** By key. */
  async #find(side: Side, ids: readonly string[]): Promise<ReadonlyMap<string, Link>> {
    if (ids.length === 0) return new Map();
    const keys = [...new Set(ids.map((id) => this.#key(side, id)))];
    const rows = await this.#runner.query<Row>(`SELECT ${PAIR} FROM link WHERE link_type = $1 AND link_qualifier = $2 AND ${side}_key = ANY($3::text[])`, [this.#type, this.#qualifier, keys]);
    return new Map(rows.map((row) => [row[`${side}_key`], { firstId: row.first_id, secondId: row.second_id }]));
  }

  #key(side: Side, id: string): string {
    return linkKey(id, side === 'first' ? this.#rules.firstCaseSensitive : this.#rules.secondCaseSensitive);
  }
}
