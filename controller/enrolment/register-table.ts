import type { Database, SqlRunner, Transaction } from '../store/database/database.js';
import { DatabaseRefused } from '../store/database/database-errors.js';
import { parseEvent, type RegisterEvent } from './register-events.js';
import { RegisterState } from './register-state.js';
import type { Decision, RegisterStore } from './register-store.js';

/** Events that say nothing new, before they are written anew; few are left alone. */
const SMALL = 1_000;

/** What is new since (epoch, number): one statement, so that it is of one moment. */
const NEWS = `
SELECT r.epoch, r.last, e.number, e.content FROM certificate_register r
LEFT JOIN certificate_event e ON e.number > (CASE WHEN r.epoch = $1 AND r.last >= $2 THEN $2 ELSE 0 END)
ORDER BY e.number`;
const LOCK = 'SELECT last FROM certificate_register FOR UPDATE';
const EVENTS = { table: 'certificate_event', columns: [{ name: 'number', type: 'int8' }, { name: 'content', type: 'text' }] };

interface News { readonly epoch: number; readonly last: number; readonly number: number | null; readonly content: string | null }

type Decide<T> = (state: RegisterState, tx: Transaction) => Decision<T> | Promise<Decision<T>>;

/**
 * The register in a database that several controllers share: numbered events, appended by one controller at a time. What is known here
 * is only ever what was read or committed; after a COMMIT that was not answered, the next look says what became of it.
 */
export class RegisterTable implements RegisterStore {
  readonly #database: Database;
  readonly #clock: () => number;
  #state = new RegisterState();
  #epoch = -1;
  #offset = 0;
  #count = 0;
  #version = 0;
  #readAt: number | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** `clock`: milliseconds, monotonic. */
  constructor(database: Database, clock: () => number = () => performance.now()) {
    this.#database = database;
    this.#clock = clock;
  }

  get state(): RegisterState {
    return this.#state;
  }

  get version(): number {
    return this.#version;
  }

  get age(): number {
    return this.#readAt === undefined ? Number.POSITIVE_INFINITY : this.#clock() - this.#readAt;
  }

  refresh(): Promise<boolean> {
    return this.#inTurn(() => this.#read(this.#database));
  }

  /** `decide` may be called again with a newer state, and may write with the transaction the events are written in. */
  change<T>(decide: Decide<T>): Promise<T> {
    return this.#inTurn(async () => {
      const { events, result } = await this.#database.transaction(async (tx) => {
        const [head] = await tx.query<{ readonly last: number }>(LOCK);
        await this.#read(tx);
        const decision = await decide(this.#state, tx);
        if (head !== undefined && decision.events.length > 0) await append(tx, head.last, decision.events);
        return decision;
      });
      if (events.length === 0) return result;
      for (const event of events) this.#state.apply(event);
      this.#offset += events.length;
      this.#count += events.length;
      this.#version += 1;
      return result;
    });
  }

  compact(now: number): Promise<void> {
    return this.#inTurn(async () => {
      await this.#read(this.#database);
      if (this.#count < SMALL || this.#count < 2 * this.#state.size) return;
      await this.#database.transaction(async (tx) => {
        const [head] = await tx.query<{ readonly last: number }>(LOCK);
        await this.#read(tx);
        await tx.query('DELETE FROM certificate_event');
        await tx.query('UPDATE certificate_register SET epoch = epoch + 1');
        await append(tx, head?.last ?? 0, [...this.#state.events(now)]);
      });
      await this.#read(this.#database);
    });
  }

  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(action, action);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #read(runner: SqlRunner): Promise<boolean> {
    const asked = this.#clock();
    const news = await runner.query<News>(NEWS, [this.#epoch, this.#offset]);
    const [head] = news;
    if (head === undefined) throw new DatabaseRefused('its register of certificates is gone. Restore it: it says which certificates are revoked');
    const isAnew = head.epoch !== this.#epoch || head.last < this.#offset;
    const events = news.flatMap(({ number, content }) => (number === null || content === null ? [] : [parsed(content, number)]));
    const state = isAnew ? new RegisterState() : this.#state;
    for (const event of events) state.apply(event);
    this.#state = state;
    this.#count = events.length + (isAnew ? 0 : this.#count);
    [this.#epoch, this.#offset, this.#readAt] = [head.epoch, head.last, asked];
    if (!isAnew && events.length === 0) return false;
    this.#version += 1;
    return true;
  }
}

async function append(tx: Transaction, last: number, events: readonly RegisterEvent[]): Promise<void> {
  await tx.insertRows(EVENTS, events.map((event, index) => [last + index + 1, JSON.stringify(event)]));
  await tx.query('UPDATE certificate_register SET last = $1', [last + events.length]);
}

function parsed(content: string, number: number): RegisterEvent {
  try {
    return parseEvent(content);
  } catch (error) {
    throw new DatabaseRefused(`event ${number} of its register of certificates is damaged. Restore it from a backup: it says which certificates are revoked`, { cause: error });
  }
}
