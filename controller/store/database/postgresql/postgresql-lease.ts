import pg, { type ClientConfig } from 'pg';
import { DatabaseUnavailable } from '../database-errors.js';
import { postgresqlFailure } from './postgresql-failure.js';

/** How often the connection that holds a lease is tried; one that does not answer in that time is lost. Milliseconds. */
const PROBE = 5_000;
/** Class of Causeway's advisory locks, against those of others in the same database. */
const TAKE = 'SELECT pg_try_advisory_lock(hashtextextended($1, 4207))::int AS taken';

/** A session lock on a connection of its own: the server gives it back when the connection ends, however that comes. */
export async function withLease<T>(config: ClientConfig, name: string, work: (lease: AbortSignal) => Promise<T>): Promise<T | undefined> {
  const client = new pg.Client({ ...config, query_timeout: PROBE });
  const lost = new AbortController();
  const lose = (error?: Error): void => {
    lost.abort(new DatabaseUnavailable(`the ownership of ${name} was lost with its connection`, { cause: error }));
  };
  client.on('error', lose);
  client.on('end', () => { lose(); });
  let probe: NodeJS.Timeout | undefined;
  try {
    await client.connect();
    const { rows: [answer] } = await client.query<{ readonly taken: number }>(TAKE, [name]);
    if (answer?.taken !== 1) return undefined;
    probe = setInterval(() => { client.query('SELECT 1').catch(lose); }, PROBE);
    probe.unref();
  } catch (error) {
    throw postgresqlFailure(error);
  } finally {
    if (probe === undefined) void client.end().catch(() => undefined);
  }
  try {
    return await work(lost.signal);
  } finally {
    clearInterval(probe);
    await client.end().catch(() => undefined);
  }
}
