import { openIdentityPlatformBundles } from '../../framework/connector-keys.js';
import { defineConnector } from '../../framework/define-connector.js';
import { attributeNaming } from './attribute-naming.js';
import { authenticate, resolveUsername } from './authenticate.js';
import { config, validate } from './config.js';
import { create } from './create.js';
import { remove } from './delete.js';
import { translateError } from './errors.js';
import { nativeFilter } from './filter.js';
import { objectClasses, schema } from './schema.js';
import { search } from './search.js';
import { close, open } from './session.js';
import { latestSyncToken, sync } from './sync.js';
import { test } from './test.js';
import { update } from './update.js';

/** People in a delimited text file, one a row. The file is read in a stream and never held in memory. */
export default defineConnector({
  id: 'csv',
  displayName: 'CSV File Connector',
  family: 'Files',
  key: {
    bundleName: 'org.forgerock.openicf.connectors.csvfile-connector',
    bundleVersion: '1.5.20.26',
    connectorName: 'org.forgerock.openicf.csvfile.CSVFileConnector',
  },
  alternativeBundles: openIdentityPlatformBundles('csvfile-connector'),
  properties: config,
  objectClasses,
  pooled: false,
  batch: true,
  readBack: { operations: ['create', 'delete'], settles: 0 },
  validate,
  targets: ({ csvFile }) => [{ path: csvFile }],
  attributeNaming,
  open,
  close,
  search: { paging: true, sorting: false, projection: true, lastingCookies: true },
  nativeFilter,
  translateError,
  operations: { test, schema, search, create, update, delete: remove, sync, latestSyncToken, authenticate, resolveUsername },
});
