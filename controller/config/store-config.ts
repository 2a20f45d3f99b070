import { resolve } from 'node:path';
import { z } from 'zod';
import { parsePostgresqlUrl, type PostgresqlUrl } from '../store/database/postgresql/postgresql-url.js';
import { duration, integer, lifetime } from './setting-types.js';
import { secretSource } from './telemetry-config.js';

const DAY = 86_400_000;
const EXPECTED = 'must be a URL such as postgresql://causeway@db.example:5432/causeway';

const databaseUrl = (base: string) => z.string({ error: EXPECTED }).transform((value, context): PostgresqlUrl => {
  try {
    const parsed = parsePostgresqlUrl(value);
    return { ...parsed, rootCertificate: parsed.rootCertificate === undefined ? undefined : resolve(base, parsed.rootCertificate) };
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof TypeError ? error.message : EXPECTED });
    return z.NEVER;
  }
});

/** Section `store`: where links, stages, audit and the rest are kept. Without `url` in a database of the controller's own, in its data folder. */
export const store = (base: string) => z.strictObject({
  url: databaseUrl(base).optional(),
  password: secretSource(base).optional(),
  poolSize: integer(4, 200).default(10),
  connectTimeout: duration().default(10_000),
  statementTimeout: duration().default(600_000),
  auditRetention: lifetime(DAY, 3_650 * DAY).default(365 * DAY),
});

export type StoreConfig = z.infer<ReturnType<typeof store>>;
