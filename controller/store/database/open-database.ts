import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectory } from '../../../certs/certificate-files.js';
import type { StoreConfig } from '../../config/store-config.js';
import type { Log } from '../../log.js';
import { migrate } from '../migrations/migrate.js';
import { MIGRATIONS } from '../migrations/index.js';
import { BackgroundDatabase, type OpenDatabase } from './background-database.js';
import type { Database } from './database.js';
import { DatabaseUnavailable } from './database-errors.js';
import { EmbeddedDatabase } from './embedded/embedded-database.js';
import type { PostgresqlDatabase } from './postgresql/postgresql-database.js';

export interface StorePlace {
  readonly data: string;
  readonly store: StoreConfig;
}

/** The folder of the embedded database. */
export const embeddedFolder = (dataFolder: string): string => join(dataFolder, 'database');

/** The controller's database, opened in the background. `prepare`: done once it has its form, before anybody may use it. `worker`: for tests that run without a build. */
export function openDatabase({ data, store }: StorePlace, log: Log, { worker, prepare }: { readonly worker?: URL | undefined; readonly prepare?: ((database: Database) => Promise<void>) | undefined } = {}): BackgroundDatabase {
  const open: OpenDatabase = async (whenLost) => {
    const database = store.url === undefined ? await openEmbedded(data, worker, whenLost) : await openPostgresql(store);
    try {
      const done = await migrate(database, MIGRATIONS);
      if (done.length > 0) log.info({ steps: done }, 'the database has its new form');
      await prepare?.(database);
      return database;
    } catch (error) {
      await database.close();
      throw error;
    }
  };
  return new BackgroundDatabase(open, { kind: store.url === undefined ? 'embedded' : 'postgresql', log });
}

async function openEmbedded(data: string, worker: URL | undefined, whenLost: Parameters<OpenDatabase>[0]): Promise<Database> {
  await makeDirectory(data);
  return EmbeddedDatabase.open({ folder: embeddedFolder(data), worker }, whenLost);
}

/** Loaded only where the configuration asks for it. */
export async function openPostgresql({ url, password, poolSize, connectTimeout, statementTimeout }: StoreConfig): Promise<PostgresqlDatabase> {
  if (url === undefined) throw new DatabaseUnavailable('store.url is not set');
  const { PostgresqlDatabase } = await import('./postgresql/postgresql-database.js');
  return PostgresqlDatabase.open({ url, password: password && (() => storePassword(password)), poolSize, connectTimeout, statementTimeout });
}

/** Throws a DatabaseUnavailable when it is not there. */
export async function storePassword(source: NonNullable<StoreConfig['password']>): Promise<string> {
  if ('text' in source) return source.text;
  const found = 'file' in source ? await readPassword(source.file) : process.env[source.env];
  if (found === undefined || found === '') throw new DatabaseUnavailable(`its password is not there (store.password: ${'file' in source ? `file ${source.file}` : `environment variable ${source.env}`})`);
  return found;
}

/** The line end of an editor is no part of it. */
async function readPassword(file: string): Promise<string> {
  try {
    const text = await readFile(file, 'utf8');
    return text.endsWith('\n') ? text.slice(0, text.endsWith('\r\n') ? -2 : -1) : text;
  } catch (error) {
    throw new DatabaseUnavailable(`its password cannot be read (store.password: file ${file})`, { cause: error });
  }
}
