import { NAME, UID } from '../../../protocol/model/index.js';
import { jdbcPool } from '../../engines/sql/jdbc-session.js';
import { defineConnector } from '../../framework/define-connector.js';
import { config, targets, validate } from './config.js';
import { close, isAlive, open, reusable } from './connection.js';
import { toConnectorError } from './errors.js';
import { nativeFilter } from './filter.js';
import { objectClasses, schema } from './object-classes.js';
import { search } from './search.js';
import { latestSyncToken, sync } from './sync.js';
import { test } from './test.js';
import { create, update } from './write.js';

/** Users of Oracle E-Business Suite and their responsibilities. A session is one database connection, pooled by the facade. */
export default defineConnector({
  id: 'oracle-ebs',
  displayName: 'Oracle EBS Connector',
  family: 'Applications',
  key: {
    bundleName: 'org.forgerock.openicf.connectors.ebs-connector',
    bundleVersion: '1.5.20.26',
    connectorName: 'org.forgerock.openicf.connectors.oracleebs.OracleEbsConnector',
  },
  properties: config,
  objectClasses,
  pooled: true,
  readBack: { operations: ['create'], settles: 10_000 },
  validate,
  targets,
  attributeNaming: () => ({ same: [['__ENABLE__', 'START_DATE', 'END_DATE']], mapped: [[UID, 'USER_ID'], [NAME, 'USER_NAME']] }),
  open,
  close,
  isAlive,
  reusable,
  poolLimits: (given) => jdbcPool(given),
  search: { paging: true, sorting: false, projection: true, lastingCookies: true },
  nativeFilter,
  translateError: toConnectorError,
  operations: { test, schema, search, create, update, sync, latestSyncToken },
});
