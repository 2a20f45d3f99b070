import { startDirectory389 } from '../../targets/directory-389.js';
import { directoryTarget } from './directory-target.js';
import { describeLiveSync } from './live-sync-suite.js';

describeLiveSync('389 Directory Server with its change log', async () => directoryTarget(await startDirectory389(), true));
