import type { Log } from '../log.js';
import type { Database } from './database/database.js';

const HOUR = 3_600_000;
/** Of one statement, so that none takes long. */
const BATCH = 10_000;

/** Removes entries of the audit that are older than `keep` milliseconds; answers how many. One controller at a time. */
export async function removeOldEntries(database: Database, keep: number, now: Date): Promise<number> {
  const before = new Date(now.getTime() - keep).toISOString();
  return await database.exclusively('audit-retention', async (lease) => {
    let removed = 0;
    for (;;) {
      lease.throwIfAborted();
      const gone = await database.query('DELETE FROM audit_entry WHERE number IN (SELECT number FROM audit_entry WHERE at < $1::timestamptz ORDER BY at LIMIT $2::int) RETURNING 1 AS gone', [before, BATCH]);
      removed += gone.length;
      if (gone.length < BATCH) return removed;
    }
  }) ?? 0;
}

/** Does so every hour. Answers how to end it. */
export function followRetention(database: Database, keep: number, log: Log): () => void {
  const timer = setInterval(() => {
    removeOldEntries(database, keep, new Date()).then((removed) => {
      if (removed > 0) log.info({ removed }, 'old audit entries were removed');
    }, (error: unknown) => { log.warn({ err: error }, 'old audit entries could not be removed'); });
  }, HOUR).unref();
  return () => { clearInterval(timer); };
}
