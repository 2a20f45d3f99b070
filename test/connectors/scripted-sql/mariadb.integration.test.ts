import { mariadbDatabase } from '../database-table/databases.js';
import { describeScriptConnection, sharedBy } from './script-connection.js';
import { describeSqlContract } from './sql-contract.js';

const start = sharedBy(2, mariadbDatabase);
describeScriptConnection('MariaDB', start, { bytes: 'varbinary(100)' });
describeSqlContract('scripted-sql on MariaDB', start, 'varbinary(100)');
