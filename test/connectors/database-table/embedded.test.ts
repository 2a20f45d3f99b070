import { describeBehaviours } from './behaviours.js';
import { describeTableContract } from './table-contract.js';
import { embeddedDatabase, forAllTests } from './databases.js';
import { describeScripts } from './scripts.js';

const database = forAllTests(embeddedDatabase);

describeBehaviours('the embedded database', database, 'Double');
describeTableContract('database-table on the embedded database', database);
describeScripts(database);
