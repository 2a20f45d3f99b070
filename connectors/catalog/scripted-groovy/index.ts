import { BUNDLE, toolkit } from '../../engines/scripted/toolkit/toolkit.js';
import { defineConnector } from '../../framework/define-connector.js';

/** Any system, each operation a script of the operator's own. A session lives for one operation. */
export default defineConnector({
  ...toolkit,
  id: 'scripted-groovy',
  displayName: 'Scripted Groovy Connector',
  key: { ...BUNDLE, connectorName: 'org.forgerock.openicf.connectors.groovy.ScriptedConnector' },
  pooled: false,
});
