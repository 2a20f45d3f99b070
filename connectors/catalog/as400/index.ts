import { defineConnector } from '../../framework/define-connector.js';
import { create, remove, update } from './changes.js';
import { config, poolLimits, validate } from './config.js';
import { objectClasses, schema } from './schema.js';
import { nativeFilter, search } from './search.js';
import { close, isAlive, open, reusable } from './session.js';
import { test } from './test.js';

/** User and group profiles of IBM i, by Db2 for i services and CL commands over Mapepire. */
export default defineConnector({
  id: 'as400',
  displayName: 'AS400 Connector',
  family: 'Midrange',
  key: {
    bundleName: 'org.forgerock.openicf.connectors.as400-connector',
    bundleVersion: '1.5.20.26',
    connectorName: 'org.forgerock.openicf.connectors.as400.As400Connector',
  },
  properties: config,
  objectClasses,
  pooled: true,
  poolLimits,
  // One command makes or deletes a profile; the job ends with its connection, within seconds.
  readBack: { operations: ['create', 'delete'], settles: 60_000 },
  validate,
  targets: ({ hostName, port }) => [{ host: hostName, port }],
  attributeNaming: () => ({ same: [['LMTCPB', 'MTCPB'], ['__PASSWORD__', 'PASSWORD']], mapped: [['__UID__', 'USPRF'], ['__NAME__', 'USPRF'], ['__ENABLE__', 'STATUS']] }),
  open,
  close,
  isAlive,
  reusable,
  search: { paging: false, sorting: false, projection: false },
  nativeFilter,
  operations: { test, schema, search, create, update, delete: remove },
});
