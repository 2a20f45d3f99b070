import { EJSON, ObjectId, Timestamp, type Document } from 'bson';
import { compareValues } from './bson-values.js';
import { CommandError } from './command-error.js';
import { matches } from './matching.js';

interface Stored { readonly documents: Map<string, Document>; readonly uniqueFields: Set<string> }

/** One entry of the oplog. */
export interface ChangeEvent {
  readonly sequence: number;
  readonly time: Timestamp;
  readonly database: string;
  readonly collection: string;
  readonly operationType: 'insert' | 'update' | 'replace' | 'delete' | 'drop';
  readonly id?: unknown;
  readonly fullDocument?: Document;
}

export function sequenceTime(sequence: number): Timestamp {
  return new Timestamp({ t: 1_700_000_000 + Math.floor(sequence / 1000), i: sequence % 1000 });
}

const keyOf = (id: unknown): string => EJSON.stringify(id, { relaxed: false });

/** Documents of all databases, in the order they were inserted, and the oplog of what was done to them. */
export class Storage {
  readonly #collections = new Map<string, Stored>();
  readonly #events: ChangeEvent[] = [];
  readonly #waiting = new Set<() => void>();
  #sequence = 0;
  /** Events the oplog keeps. */
  oplogSize = Number.MAX_SAFE_INTEGER;

  get sequence(): number {
    return this.#sequence;
  }

  /** The sequence before the oldest event there still is. */
  get horizon(): number {
    return (this.#events[0]?.sequence ?? this.#sequence + 1) - 1;
  }

  collectionNames(database: string): string[] {
    return [...this.#collections.keys()].filter((name) => name.startsWith(`${database}.`)).map((name) => name.slice(database.length + 1));
  }

  #stored(database: string, collection: string): Stored {
    const name = `${database}.${collection}`;
    const known = this.#collections.get(name) ?? { documents: new Map<string, Document>(), uniqueFields: new Set<string>() };
    this.#collections.set(name, known);
    return known;
  }

  find(database: string, collection: string, query: Document): Document[] {
    const stored = this.#collections.get(`${database}.${collection}`);
    if (stored === undefined) return [];
    // Queries by `_id` alone need not look at everything.
    const asked = Object.keys(query).length === 1 && query['_id'] !== undefined ? exactId(query['_id']) : undefined;
    if (asked !== undefined) {
      const found = stored.documents.get(keyOf(asked));
      if (found !== undefined) return [found];
    }
    return [...stored.documents.values()].filter((document) => matches(document, query));
  }

  get(database: string, collection: string, id: unknown): Document | undefined {
    return this.#collections.get(`${database}.${collection}`)?.documents.get(keyOf(id));
  }

  uniqueIndex(database: string, collection: string, field: string): void {
    this.#stored(database, collection).uniqueFields.add(field);
  }

  insert(database: string, collection: string, given: Document): Document {
    const stored = this.#stored(database, collection);
    const document: Document = given['_id'] === undefined ? { _id: new ObjectId(), ...given } : given;
    this.#requireUnique(`${database}.${collection}`, stored, document);
    stored.documents.set(keyOf(document['_id']), document);
    this.#note({ database, collection, operationType: 'insert', id: document['_id'] as unknown, fullDocument: document });
    return document;
  }

  replace(database: string, collection: string, document: Document, operationType: 'update' | 'replace'): void {
    const stored = this.#stored(database, collection);
    this.#requireUnique(`${database}.${collection}`, stored, document, true);
    stored.documents.set(keyOf(document['_id']), document);
    this.#note({ database, collection, operationType, id: document['_id'] as unknown, ...(operationType === 'replace' ? { fullDocument: document } : {}) });
  }

  delete(database: string, collection: string, document: Document): void {
    this.#stored(database, collection).documents.delete(keyOf(document['_id']));
    this.#note({ database, collection, operationType: 'delete', id: document['_id'] as unknown });
  }

  drop(database: string, collection: string): boolean {
    if (!this.#collections.delete(`${database}.${collection}`)) return false;
    this.#note({ database, collection, operationType: 'drop' });
    return true;
  }

  #requireUnique(namespace: string, stored: Stored, document: Document, isUpdate = false): void {
    const own = keyOf(document['_id']);
    if (!isUpdate && stored.documents.has(own)) throw duplicate(namespace, '_id', document['_id']);
    for (const field of stored.uniqueFields) {
      for (const [key, other] of stored.documents) {
        if (key !== own && compareValues(other[field] ?? null, document[field] ?? null) === 0) throw duplicate(namespace, field, document[field]);
      }
    }
  }

  #note(event: Omit<ChangeEvent, 'sequence' | 'time'>): void {
    const sequence = ++this.#sequence;
    this.#events.push({ ...event, sequence, time: sequenceTime(sequence) });
    while (this.#events.length > this.oplogSize) this.#events.shift();
    for (const wake of this.#waiting) wake();
  }

  eventsAfter(sequence: number): readonly ChangeEvent[] {
    const first = this.#events[0]?.sequence ?? 0;
    return this.#events.slice(Math.max(0, sequence - first + 1));
  }

  /** Resolves at the next change, or when the time is over. */
  async changed(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      this.#waiting.add(done);
    });
  }
}

function exactId(asked: unknown): unknown {
  if (typeof asked !== 'object' || asked === null || '_bsontype' in asked) return asked;
  return Object.keys(asked).length === 1 && '$eq' in asked ? asked.$eq : undefined;
}

function duplicate(namespace: string, field: string, value: unknown): CommandError {
  return new CommandError(11_000, 'DuplicateKey', `E11000 duplicate key error collection: ${namespace} index: ${field}_1 dup key: { ${field}: ${EJSON.stringify(value)} }`);
}
