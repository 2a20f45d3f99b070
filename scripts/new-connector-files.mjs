/** What scripts/new-connector.mjs writes: a connector that works, to be changed step by step into the one that is meant. */

const words = (id) => id.split('-').map((word) => word[0].toUpperCase() + word.slice(1));

const restFiles = (id, pascal, title) => ({
  [`connectors/catalog/${id}/config.ts`]: `import { connectionProperties } from '../../engines/rest/index.js';
import { OWN_PROPERTIES } from '../../framework/own-properties.js';
import { guarded, properties, text, withGroup, type ConfigOf } from '../../framework/properties.js';

export const config = properties(withGroup(OWN_PROPERTIES, {
  serviceUri: text({ required: true, help: 'Address of the service, e.g. https://api.example.com/v1.' }),
  token: guarded({ required: true, help: 'Token of the service.' }),
  ...connectionProperties,
}));
export type ${pascal}Config = ConfigOf<typeof config>;

export const complaints = ({ token }: ${pascal}Config): readonly string[] => (token.reveal() === '' ? ['token is empty.'] : []);
`,
  [`connectors/catalog/${id}/schema.ts`]: `import { NAME } from '../../../protocol/model/index.js';
import { attributes, string } from '../../engines/rest/index.js';

/** Cite the page of the API here. */
export const account = attributes({
  [NAME]: string({ wire: 'userName', required: true }),
  title: string(),
});
`,
  [`connectors/catalog/${id}/index.ts`]: `import { ACCOUNT } from '../../../protocol/model/index.js';
import { staticToken } from '../../engines/rest/authentication/static-token.js';
import { defineRestConnector, httpAddress } from '../../engines/rest/index.js';
import { offsetPaging } from '../../engines/rest/paging/counted.js';
import { complaints, config } from './config.js';
import { account } from './schema.js';

/** Cite the API's reference here; see connectors/engines/rest/README.md. */
export default defineRestConnector({
  id: '${id}',
  displayName: '${title} Connector',
  family: 'SaaS',
  key: { bundleName: 'io.causeway.connectors.${id}-connector', bundleVersion: '1.5.20.26', connectorName: 'io.causeway.connectors.${pascal}Connector' },
  properties: config,
  complaints,
  service: {
    address: ({ serviceUri }) => httpAddress('serviceUri', serviceUri),
    authentication: ({ token }) => staticToken({ token }),
    test: 'GET /users?limit=1',
  },
  objectClasses: {
    [ACCOUNT]: {
      attributes: account,
      list: { request: 'GET /users', items: 'users', pageSize: 100, paging: offsetPaging({ offset: 'offset', size: 'limit', total: 'total' }) },
      read: 'GET /users/{uid}', create: 'POST /users', update: 'PATCH /users/{uid}', delete: 'DELETE /users/{uid}',
    },
  },
});
`,
  [`test/connectors/${id}/fake.ts`]: `import { randomUUID } from 'node:crypto';
import { secret } from '../../support/secret-values.js';
import { Refusal, type ExchangeObserver, type FakeRequest } from '../../targets/rest/exchange.js';
import { FakeService } from '../../targets/rest/fake-service.js';

type Fields = Readonly<Record<string, unknown>>;

/** As strict about requests as the service is. */
export class Fake${pascal} {
  readonly users = new Map<string, Fields>();
  readonly token = secret('token of the fake ${title}');
  service!: FakeService;

  static async start(observers: readonly ExchangeObserver[] = []): Promise<Fake${pascal}> {
    const fake = new Fake${pascal}();
    const found = ({ params }: FakeRequest): Fields => fake.users.get(params['id']!) ?? fake.#refuse(404, 'no such user');
    fake.service = await FakeService.start({
      observers,
      credentials: { fixedTokens: [fake.token] },
      routes: {
        'GET /users': ({ query }) => {
          const { rows, total } = fake.service.pages.offset([...fake.users.values()], query);
          return { body: { users: rows, total } };
        },
        'POST /users': ({ body }) => ({ status: 201, body: fake.#create(body as Fields) }),
        'GET /users/{id}': (request) => ({ body: found(request) }),
        'PATCH /users/{id}': (request) => ({ body: fake.#keep({ ...found(request), ...request.body as Fields }) }),
        'DELETE /users/{id}': (request) => {
          fake.users.delete(String(found(request)['id']));
          return {};
        },
      },
    });
    return fake;
  }

  #create(given: Fields): Fields {
    if ([...this.users.values()].some(({ userName }) => userName === given['userName'])) this.#refuse(409, 'the name is taken');
    return this.#keep({ id: randomUUID(), ...given });
  }

  #keep(user: Fields): Fields {
    this.users.set(String(user['id']), user);
    return user;
  }

  #refuse(status: number, message: string): never {
    throw new Refusal(status, { message });
  }
}
`,
  [`test/connectors/${id}/system.ts`]: `import connector from '../../../connectors/catalog/${id}/index.js';
import { GuardedString } from '../../../protocol/model/index.js';
import type { TestedService } from '../../support/tested-service.js';
import { Fake${pascal} } from './fake.js';

/** Add \`contract\` where the vendor publishes one, see test/vendor-contracts/contracts.ts. */
export const service: TestedService<Fake${pascal}> = {
  connector,
  start: (observers) => Fake${pascal}.start(observers),
  configuration: (fake) => ({ serviceUri: fake.service.address, token: new GuardedString(fake.token) }),
};
`,
  [`test/connectors/${id}/contract.test.ts`]: `import { ACCOUNT, Attribute, GuardedString, Name } from '../../../protocol/model/index.js';
import { describeServiceContract } from '../../contract/service-contract.js';
import { service } from './system.js';

describeServiceContract(service, 'users', (fake) => ({
  objectClass: ACCOUNT,
  sample: (index) => [new Name(\`user\${index}\`), Attribute.of('title', \`title \${index % 3}\`)],
  change: Attribute.of('title', 'changed'),
  filters: [],
  filterAttributes: ['title'],
  broken: { token: new GuardedString('not-the-token-of-${id}') },
  secrets: [fake.token, 'not-the-token-of-${id}'],
}));
`,
});

const nativeFiles = (id, pascal, title) => ({
  [`connectors/catalog/${id}/config.ts`]: `import { OWN_PROPERTIES } from '../../framework/own-properties.js';
import { properties, text, withGroup, type ConfigOf } from '../../framework/properties.js';

export const config = properties(withGroup(OWN_PROPERTIES, {
  host: text({ required: true, help: 'Where the target runs.' }),
}));
export type ${pascal}Config = ConfigOf<typeof config>;
`,
  [`connectors/catalog/${id}/connection.ts`]: `import { ACCOUNT, ConnectorError, ConnectorObject, Name, Uid, type Attribute } from '../../../protocol/model/index.js';
import type { ${pascal}Config } from './config.js';

/** Objects by uid. Replace it with a connection to the target. */
export type Session = Map<string, ConnectorObject>;

const targets = new Map<string, Session>();

export async function open({ host }: ${pascal}Config): Promise<Session> {
  if (host.trim() === '') throw new ConnectorError('connectionFailed', 'host is blank: say where the target runs.');
  const session = targets.get(host) ?? new Map<string, ConnectorObject>();
  targets.set(host, session);
  return session;
}

export function required(session: Session, uid: Uid): ConnectorObject {
  const found = session.get(uid.value);
  if (found === undefined) throw new ConnectorError('unknownUid', \`There is no account '\${uid.value}'.\`, { uid, outcome: 'notApplied' });
  return found;
}

export function put(session: Session, uid: Uid, name: string, attributes: readonly Attribute[]): Uid {
  session.set(uid.value, new ConnectorObject(ACCOUNT, [uid, new Name(name), ...attributes.filter((each) => !each.is('__NAME__') && each.values !== null)]));
  return uid;
}
`,
  [`connectors/catalog/${id}/operations.ts`]: `import { randomUUID } from 'node:crypto';
import { ACCOUNT, ConnectorError, NAME, Uid } from '../../../protocol/model/index.js';
import type { ConnectorOperations } from '../../framework/spi.js';
import { put, required, type Session } from './connection.js';

export const operations: ConnectorOperations<Session> = {
  test: async () => undefined,
  schema: async () => ({ objectClasses: [{ type: ACCOUNT, isContainer: false, attributes: [] }], operationOptions: [], objectClassesByOperation: new Map(), optionsByOperation: new Map() }),
  search: async function* search(session) {
    yield* [...session.values()];
    return undefined;
  },
  create: async (session, { attributes }) => {
    const name = attributes.find((each) => each.is(NAME))?.single;
    if (typeof name !== 'string') throw new ConnectorError('invalidAttributeValue', 'A new account needs a name.', { outcome: 'notApplied' });
    if ([...session.values()].some((each) => each.name.value === name)) throw new ConnectorError('alreadyExists', \`There is an account '\${name}' already.\`, { outcome: 'notApplied' });
    return put(session, new Uid(randomUUID()), name, attributes);
  },
  update: async (session, { uid, attributes }) => {
    const known = required(session, uid);
    const kept = known.attributes.filter((each) => each !== known.uid && each !== known.name && !attributes.some(({ name }) => each.is(name)));
    return put(session, uid, known.name.value, [...kept, ...attributes]);
  },
  delete: async (session, { uid }) => { session.delete(required(session, uid).uid.value); },
};
`,
  [`connectors/catalog/${id}/index.ts`]: `import { ACCOUNT } from '../../../protocol/model/index.js';
import { defineConnector } from '../../framework/define-connector.js';
import { config } from './config.js';
import { open } from './connection.js';
import { operations } from './operations.js';

/** Cite the target's reference here. */
export default defineConnector({
  id: '${id}',
  displayName: '${title} Connector',
  family: 'Other',
  key: { bundleName: 'io.causeway.connectors.${id}-connector', bundleVersion: '1.5.20.26', connectorName: 'io.causeway.connectors.${pascal}Connector' },
  properties: config,
  objectClasses: [{ name: ACCOUNT, aliases: [], operations: ['create', 'query', 'update', 'delete'], attributes: [{ name: 'title', type: 'String', required: false, flags: [] }] }],
  pooled: false,
  targets: ({ host }) => [{ host, port: 1 }],
  open,
  close: async () => undefined,
  operations,
});
`,
  [`test/connectors/${id}/contract.test.ts`]: `import connector from '../../../connectors/catalog/${id}/index.js';
import { ACCOUNT, Attribute, Name } from '../../../protocol/model/index.js';
import { describeConnectorContract } from '../../contract/connector-contract.js';

describeConnectorContract('${id}: accounts', async () => ({
  connector,
  configuration: { host: 'memory' },
  objectClass: ACCOUNT,
  sample: (index) => [new Name(\`user\${index}\`), Attribute.of('title', \`title \${index % 3}\`)],
  change: Attribute.of('title', 'changed'),
  filters: [],
  broken: { host: ' ' },
  secrets: [],
  behind: { name: 'memory', real: false },
  exempt: { outage: 'memory does not fail', abort: 'there is nothing to let go of in memory', cookies: 'pages are the facade\\'s' },
  openCursors: async () => 0,
  stop: async () => undefined,
}));
`,
});

/** Files by path, and what the sample file of the reference page has. */
export function newConnectorFiles(id, kind) {
  const [pascal, title] = [words(id).join(''), words(id).join(' ')];
  const specification = {
    id, title, seed: { file: '', lines: [1, 1] }, objectClasses: [], configurationProperties: [], behaviours: [],
    interfaces: ['Create', 'Delete', 'Schema', 'Script on Connector', 'Search', 'Test', 'Update'],
  };
  return {
    files: {
      ...(kind === 'rest' ? restFiles : nativeFiles)(id, pascal, title),
      [`test/specifications/systems/${id}.json`]: `${JSON.stringify(specification, null, 2)}\n`,
      [`docs/connectors/notes/${id}.md`]: `# ${title}\n\n## Setting up the target\n\nSay what has to be done there, and which permissions are needed.\n`,
    },
    sample: kind === 'rest' ? { serviceUri: 'https://api.example.com/v1', token: '<token>' } : { host: 'target.example.com' },
  };
}
