import { startMariadb } from '../../targets/mariadb.js';
import { describeLiveSync } from './live-sync-suite.js';
import { tableTarget } from './table-target.js';

describeLiveSync('MariaDB by a change log column', async () => tableTarget(await startMariadb(), { create: 'create sequence changes', next: 'nextval(changes)' }, 'changeLogColumn'));
