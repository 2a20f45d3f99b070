import { randomUUID } from 'node:crypto';
import { writeJson, type JsonObject } from '../../crest/json.js';
import type { QueryFilter } from '../../crest/query-filter.js';
import type { SortField } from '../../crest/request.js';
import { preconditionFailed } from '../../crest/resource-error.js';
import type { Database, SqlRunner, SqlValue, Transaction } from '../../store/database/database.js';
import { BoundValues } from './bound-values.js';
import { filterSql } from './filter-sql.js';
import { folded } from './folded.js';
import { readCookie, type PagePlace } from './page-cookie.js';
import { behindSql, orderSql, sortColumns, type SortColumn } from './sort-sql.js';
import type { UniqueValue } from './unique-values.js';

/** `content` without `_id` and `_rev`, protected values as they are stored. */
export interface StoredObject {
  readonly id: string;
  readonly revision: string;
  readonly content: JsonObject;
}

/** Somebody else has values that have to be unique. Nothing was written. */
export class UniqueTaken extends Error {
  readonly properties: readonly string[];

  constructor(properties: readonly string[]) {
    super(`Another object has the same ${properties.join(', ')}`);
    this.properties = properties;
  }
}

export interface ManagedPage {
  readonly type: string;
  readonly filter: QueryFilter | undefined;
  readonly sortKeys: readonly SortField[];
  /** Where the page before ended, as a cookie says it or as a row was given with. */
  readonly after: { readonly cookie: string } | { readonly place: PagePlace } | undefined;
  readonly offset: number;
  readonly limit: number;
}

export interface PageRow extends StoredObject {
  readonly place: PagePlace;
}

/** Goes into the transaction of a change that is made. */
export type AlsoStored = (tx: Transaction) => Promise<void>;

type Row = Record<string, SqlValue> & { readonly id: string; readonly rev: string };

/** Managed objects in the database. Knows nothing of schemas. */
export class ManagedStore {
  readonly #database: Database;
  readonly #now: () => Date;

  constructor(database: Database, now: () => Date = () => new Date()) {
    this.#database = database;
    this.#now = now;
  }

  async read(type: string, id: string): Promise<StoredObject | undefined> {
    const [row] = await this.#database.query<Row>('SELECT id, rev, content FROM managed_object WHERE type = $1 AND id = $2', [type, id]);
    return row === undefined ? undefined : stored(row);
  }

  /** Throws 412 when the id is taken, a UniqueTaken when a value is. */
  async insert(type: string, { id, content }: Pick<StoredObject, 'id' | 'content'>, unique: readonly UniqueValue[], signal: AbortSignal, also: AlsoStored = nothing): Promise<StoredObject> {
    const revision = randomUUID();
    const now = this.#now().toISOString();
    await this.#database.transaction(async (tx) => {
      const made = await tx.query(
        'INSERT INTO managed_object (type, id, rev, content, folded, created_at, changed_at) VALUES ($1, $2, $3, $4::jsonb, $5::jsonb, $6, $6) ON CONFLICT DO NOTHING RETURNING id',
        [type, id, revision, writeJson(content), foldedText(id, revision, content), now]);
      if (made.length === 0) throw preconditionFailed(`managed/${type}/${id} exists already`);
      await claim(tx, { type, id }, unique);
      await also(tx);
    }, signal);
    return { id, revision, content };
  }

  /** Undefined when it has not this revision any more, or is gone. Throws a UniqueTaken. */
  async replace(type: string, { id, revision: expected, content }: StoredObject, unique: readonly UniqueValue[], signal: AbortSignal, also: AlsoStored = nothing): Promise<StoredObject | undefined> {
    const revision = randomUUID();
    const changed = await this.#database.transaction(async (tx) => {
      const rows = await tx.query(
        'UPDATE managed_object SET rev = $4, content = $5::jsonb, folded = $6::jsonb, changed_at = $7 WHERE type = $1 AND id = $2 AND rev = $3 RETURNING id',
        [type, id, expected, revision, writeJson(content), foldedText(id, revision, content), this.#now().toISOString()]);
      if (rows.length === 0) return false;
      await tx.query('DELETE FROM managed_unique_value WHERE type = $1 AND id = $2', [type, id]);
      await claim(tx, { type, id }, unique);
      await also(tx);
      return true;
    }, signal);
    return changed ? { id, revision, content } : undefined;
  }

  /** False when it has not this revision any more, or is gone. */
  async remove(type: string, id: string, expected: string, signal: AbortSignal, also: AlsoStored = nothing): Promise<boolean> {
    return this.#database.transaction(async (tx) => {
      const rows = await tx.query('DELETE FROM managed_object WHERE type = $1 AND id = $2 AND rev = $3 RETURNING id', [type, id, expected]);
      if (rows.length === 0) return false;
      await also(tx);
      return true;
    }, signal);
  }

  async page({ type, filter, sortKeys, after, offset, limit }: ManagedPage): Promise<readonly PageRow[]> {
    const bound = new BoundValues();
    const conditions = [`type = ${bound.bind(type, 'text')}`];
    if (filter !== undefined) conditions.push(filterSql(filter, 'folded', bound));
    const columns = sortColumns(sortKeys, 'folded', bound);
    if (after !== undefined) conditions.push(behindSql(columns, 'cookie' in after ? readCookie(after.cookie, columns) : after.place, bound));
    const places = columns.map(({ sql }, index) => `${sql} AS place${index}`).join(', ');
    const rows = await this.#database.query<Row>(
      `SELECT id, rev, content, ${places} FROM managed_object WHERE ${conditions.join(' AND ')} ORDER BY ${orderSql(columns)} LIMIT ${bound.bind(limit, 'int8')} OFFSET ${bound.bind(offset, 'int8')}`,
      bound.values);
    return rows.map((row) => ({ ...stored(row), place: placeOf(row, columns) }));
  }

  async count(type: string, filter: QueryFilter | undefined): Promise<number> {
    const bound = new BoundValues();
    const condition = `type = ${bound.bind(type, 'text')}${filter === undefined ? '' : ` AND ${filterSql(filter, 'folded', bound)}`}`;
    const [row] = await this.#database.query<{ readonly count: number }>(`SELECT count(*) AS count FROM managed_object WHERE ${condition}`, bound.values);
    return row?.count ?? 0;
  }

  /** Of the values, the properties that another object has them in; also of objects that were stored before the property had to be unique. */
  async taken(type: string, id: string | undefined, unique: readonly UniqueValue[]): Promise<readonly string[]> {
    if (unique.length === 0) return [];
    const bound = new BoundValues();
    const [own, others] = [bound.bind(type, 'text'), bound.bind(id ?? null, 'text')];
    const tests = unique.map(({ property, value }) => `EXISTS (SELECT 1 FROM managed_object WHERE type = ${own} AND id IS DISTINCT FROM ${others} AND ${filterSql({ kind: 'compare', operator: 'eq', pointer: [property], value }, 'folded', bound)})`);
    const [row] = await this.#database.query<{ readonly taken: readonly boolean[] }>(`SELECT ARRAY[${tests.join(', ')}] AS taken`, bound.values);
    return [...new Set(unique.filter((_value, index) => row?.taken[index] === true).map(({ property }) => property))];
  }
}

async function nothing(): Promise<void> { /* nothing goes with it */ }

function stored({ id, rev, content }: Row): StoredObject {
  return { id, revision: rev, content: content as unknown as JsonObject };
}

function placeOf(row: Row, columns: readonly SortColumn[]): PagePlace {
  return columns.map((_column, index) => row[`place${index}`] ?? null);
}

function foldedText(id: string, revision: string, content: JsonObject): string {
  return writeJson(folded({ ...content, _id: id, _rev: revision }));
}

/** Waits for a writer who has the same value and is not done. */
async function claim(tx: SqlRunner, { type, id }: { readonly type: string; readonly id: string }, unique: readonly UniqueValue[]): Promise<void> {
  if (unique.length === 0) return;
  const rows = await tx.query<{ readonly property: string; readonly digest: string }>(
    `INSERT INTO managed_unique_value (type, property, digest, id) SELECT $1, property, digest, $2 FROM unnest($3::text[], $4::text[]) AS given (property, digest)
      ON CONFLICT DO NOTHING RETURNING property, digest`,
    [type, id, unique.map(({ property }) => property), unique.map(({ digest }) => digest)]);
  const made = new Set(rows.map(({ property, digest }) => `${property} ${digest}`));
  const missing = unique.filter(({ property, digest }) => !made.has(`${property} ${digest}`));
  if (missing.length > 0) throw new UniqueTaken([...new Set(missing.map(({ property }) => property))]);
}
