import { defineConnector } from '../../framework/define-connector.js';
import { config, validate } from './config.js';
import { close, open } from './connection.js';
import { create } from './create.js';
import { remove } from './delete.js';
import { objectClasses, schema } from './schema.js';
import { nativeFilter, search } from './search.js';
import { targets } from './targets.js';
import { test } from './test.js';
import { addValues, removeValues, update } from './update.js';

/** Users and groups of RACF, by TSO commands over a REST API of z/OS. */
export default defineConnector({
  id: 'racf',
  displayName: 'RACF Connector',
  family: 'Mainframe',
  key: {
    bundleName: 'org.forgerock.openicf.connectors.racf-connector',
    bundleVersion: '1.5.20.26',
    connectorName: 'org.forgerock.openicf.connectors.racf.RacfConnector',
  },
  properties: config,
  objectClasses,
  // The HTTP client keeps the connections, as with Java.
  pooled: false,
  // A DELUSER under way ends with its TSO address space, which no API keeps longer than this.
  readBack: { operations: ['delete'], settles: 300_000 },
  validate,
  targets,
  attributeNaming: () => ({ same: [], mapped: [['__UID__', 'userId'], ['__NAME__', 'userId'], ['__UID__', 'GID'], ['__NAME__', 'GID'], ['__ENABLE__', 'REVOKE'], ['__ENABLE__', 'RESUME']] }),
  open,
  close,
  search: { paging: false, sorting: false, projection: false },
  nativeFilter,
  operations: { test, schema, search, create, update, addValues, removeValues, delete: remove },
});
