import { SCRIPTED_SEARCH, filterForScripts, scriptTargets, scriptedOperations, unavailableOperations, validateGroovyScripts } from '../../engines/scripted/scripted-connector.js';
import { openIdentityPlatformBundles } from '../../framework/connector-keys.js';
import { defineConnector } from '../../framework/define-connector.js';
import { LINUX_SCRIPTS } from './linux/index.js';
import { objectClasses } from './object-classes.js';
import { config } from './properties.js';
import { close, family, isAlive, open } from './session.js';
import { validate } from './validate.js';

/** Anything an SSH server gives a shell to, by scripts; those for users and groups of Linux come along. */
export default defineConnector({
  id: 'ssh',
  displayName: 'SSH Connector',
  family: 'Scripted',
  key: {
    bundleName: 'org.forgerock.openicf.connectors.ssh-connector',
    bundleVersion: '1.5.20.26',
    connectorName: 'org.forgerock.openicf.connectors.ssh.SSHConnector',
  },
  alternativeBundles: openIdentityPlatformBundles('ssh-connector'),
  properties: config,
  objectClasses,
  pooled: true,
  validate,
  validateHere: (settings, context) => validateGroovyScripts(settings, context, LINUX_SCRIPTS),
  targets: (settings) => [{ host: settings.host, port: settings.port }, ...scriptTargets(settings)],
  open,
  close,
  isAlive,
  unavailable: unavailableOperations,
  search: SCRIPTED_SEARCH,
  nativeFilter: filterForScripts,
  operations: scriptedOperations(family),
});
