import { NAME, UID } from '../../../protocol/model/index.js';
import { jdbcPool } from '../../engines/sql/jdbc-session.js';
import { defineConnector } from '../../framework/define-connector.js';
import { config, targets, validate } from './config.js';
import { close, isAlive, open, reusable } from './connection.js';
import { toConnectorError } from './errors.js';
import { nativeFilter } from './filter.js';
import { objectClasses, schema } from './object-classes.js';
import { search } from './search.js';
import { test } from './test.js';
import { create, remove, update } from './write.js';

/** Users of an SAP HANA database, with their roles and privileges. A session is one database connection, pooled by the facade. */
export default defineConnector({
  id: 'sap-hana-database',
  displayName: 'SAP HANA Database Connector',
  family: 'Databases',
  key: {
    bundleName: 'org.forgerock.openicf.connectors.saphanadb-connector',
    bundleVersion: '1.5.20.26',
    connectorName: 'org.forgerock.openicf.connectors.saphanadb.SapHanaDBConnector',
  },
  properties: config,
  objectClasses,
  pooled: true,
  readBack: { operations: ['create', 'delete'], settles: 10_000 },
  validate,
  targets,
  attributeNaming: () => ({ same: [['PASSWORD', '__PASSWORD__']], mapped: [[UID, 'USER_ID'], [NAME, 'USER_NAME']] }),
  open,
  close,
  isAlive,
  reusable,
  poolLimits: (given) => jdbcPool(given),
  search: { paging: true, sorting: false, projection: true, lastingCookies: true },
  nativeFilter,
  translateError: toConnectorError,
  operations: { test, schema, search, create, update, delete: remove },
});
