import { startPostgresql } from '../../targets/postgresql.js';
import { describeLiveSync } from './live-sync-suite.js';
import { tableTarget, type Sequences } from './table-target.js';

const SEQUENCES: Sequences = { create: 'create sequence changes', next: 'nextval(\'changes\')' };

describeLiveSync('PostgreSQL by a change log column', async () => tableTarget(await startPostgresql(), SEQUENCES, 'changeLogColumn'));
describeLiveSync('PostgreSQL by snapshots', async () => tableTarget(await startPostgresql(), SEQUENCES, 'snapshots'));
