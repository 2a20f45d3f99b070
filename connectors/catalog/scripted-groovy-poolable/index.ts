import { BUNDLE, toolkit } from '../../engines/scripted/toolkit/toolkit.js';
import { defineConnector } from '../../framework/define-connector.js';

/** The toolkit with pooled sessions: what scripts keep in `instance` is there for later operations in the same session. */
export default defineConnector({
  ...toolkit,
  id: 'scripted-groovy-poolable',
  displayName: 'Scripted Poolable Groovy Connector',
  key: { ...BUNDLE, connectorName: 'org.forgerock.openicf.connectors.groovy.ScriptedPoolableConnector' },
  pooled: true,
});
