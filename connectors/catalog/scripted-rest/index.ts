import type { ConnectorTarget } from '../../../protocol/model/index.js';
import { portOf } from '../../engines/http/http-settings.js';
import { SCRIPTED_OBJECT_CLASSES } from '../../engines/scripted/described-classes.js';
import { groovyBundles } from '../../engines/scripted/groovy-bundles.js';
import { SCRIPTED_SEARCH, filterForScripts, scriptTargets, scriptedOperations, unavailableOperations, validateGroovyScripts, type ScriptedFamily } from '../../engines/scripted/scripted-connector.js';
import { defineConnector } from '../../framework/define-connector.js';
import { config, secrets } from './properties.js';
import { restBindings } from './rest-bindings.js';
import { open, testService, type RestService } from './rest-session.js';
import { validate, type RestConfig } from './validate.js';

const WRITES: ReadonlySet<string> = new Set(['create', 'update', 'delete', 'scriptOnResource']);

const family: ScriptedFamily<RestConfig, RestService> = {
  properties: config,
  secrets,
  bindings: (service, _, call, kind) => {
    const limit = WRITES.has(kind) ? service.writing : service.reading;
    return restBindings(service, { permitTarget: call.permitTarget ?? service.client.settings.permitTarget, ...(limit === undefined ? {} : { pass: (signal) => limit.pass(signal) }) });
  },
  test: testService,
};

function targets(settings: RestConfig): readonly ConnectorTarget[] {
  const addresses = [settings.serviceAddress, settings.proxyAddress, settings.OAuthTokenEndpoint].filter((address) => address !== null).map((address) => new URL(address));
  return [...addresses.map((address) => ({ host: address.hostname, port: portOf(address) })), ...scriptTargets(settings)];
}

/** Any service over HTTP, each operation a script of the operator's own. */
export default defineConnector({
  id: 'scripted-rest',
  displayName: 'Scripted REST Connector',
  family: 'Scripted',
  key: {
    bundleName: 'org.forgerock.openicf.connectors.scriptedrest-connector',
    bundleVersion: '1.5.20.26',
    connectorName: 'org.forgerock.openicf.connectors.scriptedrest.ScriptedRESTConnector',
  },
  alternativeBundles: groovyBundles,
  properties: config,
  objectClasses: SCRIPTED_OBJECT_CLASSES,
  pooled: false,
  traffic: 'http',
  validate,
  validateHere: (settings, context) => validateGroovyScripts(settings, context),
  targets,
  open,
  close: async () => undefined,
  search: SCRIPTED_SEARCH,
  nativeFilter: filterForScripts,
  unavailable: unavailableOperations,
  operations: scriptedOperations(family),
});
