import type { DatabaseServer } from '../../targets/database-server.js';
import type { BenchTarget } from './bench-target.js';

const databases = {
  postgresql: async () => (await import('../../targets/postgresql.js')).startPostgresql(),
  mariadb: async () => (await import('../../targets/mariadb.js')).startMariadb(),
} satisfies Record<string, () => Promise<DatabaseServer>>;

async function tableOn(name: keyof typeof databases): Promise<BenchTarget> {
  const [{ tableTarget }, drivers] = await Promise.all([import('./table-target.js'), import('./databases.js')]);
  return tableTarget(await drivers[name](await databases[name]()));
}

/** What scripts/connector-bench.mjs measures, by name. Started when asked for. */
export const BENCH_TARGETS: Readonly<Record<string, () => Promise<BenchTarget>>> = {
  csv: async () => (await import('./csv-target.js')).startCsvTarget(),
  ldap: async () => (await import('./openldap-target.js')).startOpenLdapTarget(),
  postgresql: () => tableOn('postgresql'),
  mariadb: () => tableOn('mariadb'),
  mongodb: async () => (await import('./mongodb-target.js')).startMongodbTarget(),
};
