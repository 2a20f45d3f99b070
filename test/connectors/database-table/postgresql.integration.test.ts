import { describeBehaviours } from './behaviours.js';
import { describeTableContract } from './table-contract.js';
import { forAllTests, postgresqlDatabase } from './databases.js';
import { describePool } from './pool.js';
import { describeStreaming } from './streaming.js';
import { describeTransport } from './transport.js';

const database = forAllTests(postgresqlDatabase);

describeBehaviours('PostgreSQL', database, 'Double');
describeStreaming('PostgreSQL', database, {
  fill: (table, rows) => `insert into ${table} (id, filling) select n, repeat('x', 500) from generate_series(1, ${rows}) n`,
});
describeTransport('PostgreSQL', database, {
  off: 'sslmode=disable', unverified: 'sslmode=require', authority: 'sslmode=verify-ca', full: 'sslmode=verify-full', authorityFile: 'sslrootcert',
  isEncrypted: 'select ssl from pg_stat_ssl where pid = pg_backend_pid()', wait: 'select pg_sleep(60)',
});
describePool(database);
describeTableContract('database-table on PostgreSQL', database);
