import { EmbeddedDatabase } from '../../controller/store/database/embedded/embedded-database.js';
import type { Database } from '../../controller/store/database/database.js';
import { MIGRATIONS } from '../../controller/store/migrations/index.js';
import { migrate } from '../../controller/store/migrations/migrate.js';
import { databaseWorker } from './database-worker.js';

/** Starting one takes seconds, and files share a process: there is one, emptied for whoever asks. Modules are not shared, so it is kept elsewhere. */
const kept = globalThis as typeof globalThis & { causewayTestDatabase?: Promise<EmbeddedDatabase>; causewayTestForm?: string | undefined };

/** An embedded database in memory, of the form this version has and empty. One at a time in a test process; not to be closed. */
export async function testDatabase({ migrated = true }: { readonly migrated?: boolean } = {}): Promise<Database> {
  kept.causewayTestDatabase ??= databaseWorker().then((worker) => EmbeddedDatabase.open({ worker }));
  const database = await kept.causewayTestDatabase;
  const form = MIGRATIONS.map(({ name }) => name).join();
  if (migrated && kept.causewayTestForm === form) return emptied(database);
  kept.causewayTestForm = undefined;
  await database.transaction((tx) => tx.script('DROP SCHEMA public CASCADE; CREATE SCHEMA public;'));
  if (migrated) {
    await migrate(database, MIGRATIONS);
    kept.causewayTestForm = form;
  }
  return database;
}

/** Tables stay, which takes a tenth of the time; those that runs of reconciliation make for themselves go. */
async function emptied(database: Database): Promise<Database> {
  const tables = (await database.query<{ name: string }>("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('schema_migration', 'certificate_register')")).map(({ name }) => name);
  const own = tables.filter((name) => /^recon_.*_\d+$/.test(name));
  await database.transaction(async (tx) => {
    await tx.script([...own.map((name) => `DROP TABLE IF EXISTS ${name} CASCADE`), `TRUNCATE ${tables.filter((name) => !own.includes(name)).join(', ')} RESTART IDENTITY CASCADE`, 'UPDATE certificate_register SET epoch = 0, last = 0'].join(';'));
  });
  return database;
}

/** As `testDatabase`, made when it is first used: for what rarely needs one. */
export function lazyDatabase(): Database {
  let made: Promise<Database> | undefined;
  const database = (): Promise<Database> => made ??= testDatabase();
  return {
    kind: 'embedded',
    query: async (sql, values) => (await database()).query(sql, values),
    insertRows: async (table, rows) => (await database()).insertRows(table, rows),
    transaction: async (work, signal) => (await database()).transaction(work, signal),
    async* stream(sql, values, options) { yield* (await database()).stream(sql, values, options); },
    exclusively: async (name, work) => (await database()).exclusively(name, work),
    close: () => Promise.resolve(),
  };
}
