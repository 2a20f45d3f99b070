import { randomBytes, randomUUID } from 'node:crypto';
import type { Database } from '../../store/database/database.js';
import type { EndedSessions } from './ended-sessions.js';
import { OneSessionKey, SESSION_KEY_LENGTH, type SessionKey, type SessionKeys } from './session-keys.js';

/** One key for all controllers of a fleet, made by whichever needs it first. Deleting the row ends every session, once the controllers are started again. */
export function sharedSessionKeys(database: Database): SessionKeys {
  return new OneSessionKey(async () => {
    // Of several that make one, the first one's counts; the statement after it sees which.
    await database.query('INSERT INTO console_session_key (id, secret) VALUES ($1, $2) ON CONFLICT DO NOTHING', [randomUUID(), randomBytes(SESSION_KEY_LENGTH)]);
    const [key] = await database.query<SessionKey>('SELECT id, secret FROM console_session_key');
    if (key?.secret.length !== SESSION_KEY_LENGTH) throw new Error('The table console_session_key holds no key for sessions. Delete its row: a new one is made, and everybody signs in again.');
    return key;
  });
}

/** Whoever signs out at one controller is signed out at all. Rejects when the database cannot be asked: then no session counts. */
export class SharedEndedSessions implements EndedSessions {
  readonly #database: Database;
  readonly #now: () => number;

  constructor(database: Database, now: () => number = Date.now) {
    this.#database = database;
    this.#now = now;
  }

  async end(id: string, until: number): Promise<boolean> {
    await this.#database.query('DELETE FROM console_ended_session WHERE until < $1', [new Date(this.#now()).toISOString()]);
    const ended = await this.#database.query('INSERT INTO console_ended_session (id, until) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id', [id, new Date(until).toISOString()]);
    return ended.length > 0;
  }

  async hasEnded(id: string): Promise<boolean> {
    return (await this.#database.query('SELECT 1 AS known FROM console_ended_session WHERE id = $1', [id])).length > 0;
  }
}
