import { SCRIPTED_SEARCH, unavailableOperations, validateGroovyScripts } from '../../engines/scripted/scripted-connector.js';
import { defineConnector } from '../../framework/define-connector.js';
import { openIdentityPlatformBundles } from '../../framework/connector-keys.js';
import { objectClasses } from './attributes.js';
import { nativeFilter } from './filter.js';
import { operations } from './operations.js';
import { config } from './properties.js';
import { close, family, isAlive, isBuiltIn, open } from './session.js';
import { targets } from './targets.js';
import { validate } from './validate.js';

/** Principals of an MIT Kerberos realm, by kadmin: over SSH, or on the agent's own machine. */
export default defineConnector({
  id: 'kerberos',
  displayName: 'Kerberos Connector',
  family: 'Directories',
  key: {
    bundleName: 'org.forgerock.openicf.connectors.kerberos-connector',
    bundleVersion: '1.5.20.26',
    connectorName: 'org.forgerock.openicf.connectors.kerberos.KerberosConnector',
  },
  alternativeBundles: openIdentityPlatformBundles('kerberos-connector'),
  properties: config,
  objectClasses,
  pooled: true,
  readBack: { operations: ['create', 'delete'], settles: 30_000 },
  validate,
  validateHere: (settings, context) => validateGroovyScripts(settings, context, family.bundled),
  targets,
  open,
  close,
  isAlive,
  unavailable: unavailableOperations,
  nativeSearch: (settings) => (isBuiltIn(settings, 'searchScriptFileName') ? { paging: false, sorting: false, projection: true } : SCRIPTED_SEARCH),
  nativeFilter,
  operations,
});
