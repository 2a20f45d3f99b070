import { flag, list, object, ref, resource, text, type ApiPart, type Schema } from '../../openapi/api-part.js';

const SYSTEM = { system: 'Name of a system' };
const TYPE = { ...SYSTEM, type: 'An object type of its provisioner file' };
const detailed = { detailedFailure: { description: 'With the change that failed', schema: flag } };
const syncState: Schema = ref('SyncState');
const configuration: Schema = { type: 'object', description: 'The parts of a provisioner file that are known by now' };
const credentials = { username: { description: 'Who; better in the body', schema: text }, password: { description: 'Better in the body', schema: text } };
const authenticate = { description: "Checks a user's password at the target", parameters: credentials, body: ref('Credentials'), answer: resource() };

/** `/system` (docs/rest-api.md); objects of a given system are in the document that is served for it. */
export const systemApi: ApiPart = {
  name: 'system', description: 'Systems behind agents, and the objects in them',
  schemas: {
    SystemStatus: object({
      name: text, enabled: flag, config: text, 'connectorRef?': ref('ConnectorRef'), 'displayName?': text, 'objectTypes?': list(text), ok: flag,
      'error?': text, 'reason?': text,
    }, 'A failed test is an answer and no error'),
    ConnectorRef: object({ bundleName: text, bundleVersion: text, connectorName: text, 'connectorHostRef?': text, 'displayName?': text, 'systemType?': text }),
    TestResult: object({ name: text, ok: flag, 'error?': text, 'reason?': text }),
    SyncState: resource({ 'connectorData?': { type: 'object' }, 'lastException?': { type: 'object' } }, 'Where liveSync stands'),
    ConnectorServer: object({ name: text, type: text, ok: flag }),
    Credentials: { type: 'object', properties: { username: text, password: { ...text, format: 'password' } } },
    SystemObject: resource({}, 'Properties as the provisioner file names them'),
  },
  endpoints: [
    {
      path: 'system', summary: 'All systems, and what a new one can be made of',
      actions: {
        test: { description: 'Tests one system, by `id`, or all of them', body: { type: 'object', properties: { id: text } }, answer: { anyOf: [ref('SystemStatus'), list(ref('SystemStatus'))] } },
        testConfig: { description: 'Tests a provisioner file that is none yet', body: { type: 'object' }, answer: ref('TestResult') },
        availableConnectors: { description: 'Connectors of every connected agent', answer: object({ connectorRef: list(ref('ConnectorRef')) }) },
        availableConnectorServers: { description: 'What a connectorHostRef can name', answer: object({ openicf: list(ref('ConnectorServer')) }) },
        testConnectorServers: { description: 'The same', answer: object({ openicf: list(ref('ConnectorServer')) }) },
        createCoreConfig: { description: "Adds a connector's own defaults to its connectorRef", body: { type: 'object' }, answer: configuration },
        createFullConfig: { description: 'Tests a configuration, reads the schema, and answers a whole provisioner file but for its name', body: { type: 'object' }, answer: configuration },
        CREATECONFIGURATION: { description: 'The older form of these three in one', body: { type: 'object' }, answer: configuration },
        createConnectorConfig: { description: 'The same', body: { type: 'object' }, answer: configuration },
        liveSync: { description: 'Follows what changed in an object type', parameters: { source: { description: '`system/<system>/<type>`', schema: text, required: true }, ...detailed }, answer: syncState },
        activeSync: { description: 'The same', parameters: { source: { description: '`system/<system>/<type>`', schema: text, required: true }, ...detailed }, answer: syncState },
      },
    },
    {
      path: 'system/{system}', summary: 'One system', pathParameters: SYSTEM,
      actions: {
        test: { description: 'Tests it', answer: ref('SystemStatus') },
        script: {
          description: 'Runs the system actions of that id; other parameters and the body are their arguments',
          parameters: { scriptId: { description: 'Of systemActions', schema: text, required: true }, scriptExecuteMode: { description: '`resource`: at the target', schema: text }, scriptVariablePrefix: { description: 'For shells', schema: text } },
          body: { type: 'object' }, answer: object({ actions: list({ type: 'object', properties: { result: {}, error: text } }) }),
        },
        liveSync: { description: 'Follows the changes of all object types', answer: syncState },
      },
    },
    {
      path: 'system/{system}/{type}', summary: 'The objects of a type', pathParameters: TYPE,
      query: { row: ref('SystemObject'), by: ['filter', 'id', 'expression'] },
      create: { body: { type: 'object' }, answer: ref('SystemObject') },
      actions: { authenticate, liveSync: { description: 'Follows what changed', parameters: detailed, answer: syncState } },
    },
    {
      path: 'system/{system}/{type}/{id}', summary: 'One object', pathParameters: { ...TYPE, id: 'Its id; slashes may stand as they are' },
      read: { answer: ref('SystemObject') }, put: { body: { type: 'object' }, answer: ref('SystemObject') }, patch: { answer: ref('SystemObject') }, delete: { answer: ref('SystemObject') },
      create: { body: { type: 'object', description: 'Changes what is there, as PUT with If-Match: *; not with _action=create' }, answer: ref('SystemObject') },
      actions: { authenticate, liveSync: { description: 'As of the type', parameters: detailed, answer: syncState } },
    },
  ],
};
