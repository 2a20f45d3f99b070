import { startOpenLdap } from '../../targets/openldap.js';
import { directoryTarget } from './directory-target.js';
import { describeLiveSync } from './live-sync-suite.js';

describeLiveSync('OpenLDAP with an access log', async () => directoryTarget(await startOpenLdap({ modules: ['syncprov', 'accesslog'] }), false));
