import { openIdentityPlatformBundles } from '../../framework/connector-keys.js';
import { defineConnector } from '../../framework/define-connector.js';
import { attributeNaming, comparedAttributes } from './attribute-naming.js';
import { authenticate, resolveUsername } from './authenticate.js';
import { config } from './config.js';
import { close, isAlive, open } from './connection.js';
import { create } from './create.js';
import { remove } from './delete.js';
import { toConnectorError } from './errors.js';
import { splitFilter } from './filter.js';
import { objectClasses } from './object-classes.js';
import { schema } from './schema.js';
import { search } from './search.js';
import { latestSyncToken, sync } from './sync/index.js';
import { targets } from './targets.js';
import { test } from './test.js';
import { tagged, taggedCall, taggedStream } from './transaction.js';
import { addValues, removeValues, update } from './update.js';
import { validate } from './validate.js';

/** Any LDAPv3 directory. A session is one bound connection, pooled by the facade. */
export default defineConnector({
  id: 'ldap',
  displayName: 'LDAP Connector',
  family: 'Directories',
  key: {
    bundleName: 'org.forgerock.openicf.connectors.ldap-connector',
    bundleVersion: '1.5.20.26',
    connectorName: 'org.identityconnectors.ldap.LdapConnector',
  },
  alternativeBundles: openIdentityPlatformBundles('ldap-connector'),
  properties: config,
  objectClasses,
  pooled: true,
  traffic: 'told',
  readBack: { operations: ['create', 'delete'], settles: 2_000 },
  validate,
  targets,
  attributeNaming,
  comparedAttributes,
  deletesMore: ({ allowTreeDelete }) => allowTreeDelete,
  open,
  close,
  isAlive,
  search: { paging: true, sorting: true, projection: true },
  nativeFilter: (filter, _objectClass, configuration) => splitFilter(filter, configuration),
  translateError: toConnectorError,
  operations: {
    test: taggedCall(test), schema: taggedCall(schema), authenticate: tagged(authenticate), resolveUsername: tagged(resolveUsername),
    search: taggedStream(search), sync: taggedStream(sync), latestSyncToken: tagged(latestSyncToken),
    create: tagged(create), update: tagged(update), addValues: tagged(addValues), removeValues: tagged(removeValues), delete: tagged(remove),
  },
});
