import { describeBehaviours } from './behaviours.js';
import { describeTableContract } from './table-contract.js';
import { forAllTests, mariadbDatabase } from './databases.js';
import { describeStreaming } from './streaming.js';
import { describeTransport } from './transport.js';

const database = forAllTests(mariadbDatabase);

describeBehaviours('MariaDB', database, 'Back');
describeStreaming('MariaDB', database, {
  fill: (table, rows) => `insert into ${table} (id, filling) select seq, repeat('x', 500) from seq_1_to_${rows}`,
});
describeTransport('MariaDB', database, {
  off: 'sslMode=DISABLED', unverified: 'sslMode=REQUIRED', authority: 'sslMode=VERIFY_CA', full: 'sslMode=VERIFY_IDENTITY', authorityFile: 'serverSslCert',
  isEncrypted: 'select if(variable_value = \'\', 0, 1) = 1 as ssl_on from information_schema.session_status where variable_name = \'Ssl_cipher\'', wait: 'select sleep(60)',
});
describeTableContract('database-table on MariaDB', database);
