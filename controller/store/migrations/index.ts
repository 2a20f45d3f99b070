import { storeTables } from './001-store.js';
import { managedObjects } from './010-managed-objects.js';
import { managedSync } from './011-managed-sync.js';
import { reconciliationTables } from './020-reconciliation.js';
import { linkKeyIndexes } from './021-link-keys.js';
import { runCarrier } from './022-run-carrier.js';
import { schedules } from './030-schedules.js';
import { syncHistory } from './031-sync-history.js';
import { fleetTables } from './050-fleet.js';
import { webhookTables } from './060-webhooks.js';
import type { Migration } from './migration.js';

/** In the order of their ids. Numbers: 001–009 store, 010–019 managed objects, 020–029 reconciliation, 030–039 schedules, 040–049 console, 050–059 fleet, 060–069 webhooks. */
export const MIGRATIONS: readonly Migration[] = [storeTables, managedObjects, managedSync, reconciliationTables, linkKeyIndexes, runCarrier, schedules, syncHistory, fleetTables, webhookTables];
