import { validateGroovyScripts } from '../../engines/scripted/scripted-connector.js';
import { defineConnector } from '../../framework/define-connector.js';
import { attributeNaming } from './attribute-naming.js';
import { builtIn, unavailable, withoutBuiltIn } from './built-in.js';
import { config } from './config.js';
import { close, open } from './connection/mongo-session.js';
import { translateError } from './errors.js';
import { objectClasses } from './object-classes.js';
import { nativeFilter, nativeSearch, operations } from './operations.js';
import { targets } from './targets.js';
import { validate } from './validate.js';

/** A MongoDB database: its users and roles, or the documents of its collections; scripts of one's own where they are named. */
export default defineConnector({
  id: 'mongodb',
  displayName: 'MongoDB Connector',
  family: 'Databases',
  key: {
    bundleName: 'org.forgerock.openicf.connectors.mongodb-connector',
    bundleVersion: '1.5.20.26',
    connectorName: 'org.forgerock.openicf.connectors.mongodb.MongoDBConnector',
  },
  properties: config,
  objectClasses,
  // The driver has the pool.
  pooled: false,
  validate,
  validateHere: (settings, context) => validateGroovyScripts(withoutBuiltIn(settings, builtIn(settings)), context),
  targets,
  attributeNaming,
  open,
  close,
  nativeSearch,
  nativeFilter,
  translateError,
  unavailable,
  operations,
});
