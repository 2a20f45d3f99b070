import { openIdentityPlatformBundles } from '../../framework/connector-keys.js';
import { defineConnector } from '../../framework/define-connector.js';
import { jdbcPool } from '../../engines/sql/jdbc-session.js';
import { jdbcTargets } from '../../engines/sql/jdbc-url.js';
import { attributeNaming } from './attribute-naming.js';
import { authenticate, resolveUsername } from './authenticate.js';
import { create } from './create.js';
import { remove } from './delete.js';
import { translateError } from './errors.js';
import { nativeFilter } from './filter.js';
import { config } from './properties.js';
import { objectClasses, schema } from './schema.js';
import { search } from './search.js';
import { close, isAlive, open, reusable } from './session.js';
import { latestSyncToken, sync } from './sync.js';
import { test } from './test.js';
import { unavailable, validate } from './validate.js';
import { update } from './update.js';

/** Accounts in one table of a relational database, one a row. */
export default defineConnector({
  id: 'database-table',
  displayName: 'Database Table Connector',
  family: 'Databases',
  key: {
    bundleName: 'org.forgerock.openicf.connectors.databasetable-connector',
    bundleVersion: '1.5.20.26',
    connectorName: 'org.identityconnectors.databasetable.DatabaseTableConnector',
  },
  alternativeBundles: openIdentityPlatformBundles('databasetable-connector'),
  properties: config,
  objectClasses,
  pooled: true,
  traffic: 'told',
  readBack: { operations: ['create', 'delete'], settles: 60_000 },
  poolLimits: jdbcPool,
  validate,
  unavailable,
  targets: ({ url }) => (url === null ? [] : jdbcTargets(url)),
  attributeNaming,
  open,
  close,
  isAlive,
  reusable,
  search: { paging: true, sorting: false, projection: true, lastingCookies: true },
  nativeFilter,
  translateError,
  // A column holds one value, so an added one replaces it; a removed one is left to the framework.
  operations: { test, schema, search, create, update, addValues: update, delete: remove, sync, latestSyncToken, authenticate, resolveUsername },
});
