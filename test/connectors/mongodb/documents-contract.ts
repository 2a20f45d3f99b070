import mongodb from '../../../connectors/catalog/mongodb/index.js';
import { ACCOUNT, Attribute, Name } from '../../../protocol/model/index.js';
import type { ContractTarget } from '../../contract/connector-contract.js';
import { secret } from '../../support/secret-values.js';

interface MongoServer {
  readonly port: number;
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/** Where the server is, for a user of its `admin` database. */
export function addressOf({ port }: MongoServer, user: string, password: string): string {
  return `mongodb://${user}:${password}@127.0.0.1:${port}/?authSource=admin&serverSelectionTimeoutMS=1000`;
}

/** Documents of the collection `people` as accounts, without a script. */
export function documentsContract(server: MongoServer, user: string, password: string, database: string): Omit<ContractTarget, 'behind'> {
  const wrong = secret('wrong password in the contract of documents');
  return {
    connector: mongodb,
    configuration: { connectionURI: addressOf(server, user, password), database, collections: ['__ACCOUNT__=people'], arrayAttributes: ['groups'] },
    objectClass: ACCOUNT,
    sample: (index) => [new Name(`user${index}`), Attribute.of('mail', `m${index % 3}@example.com`), Attribute.of('team', index % 2 === 0 ? 'even' : 'odd')],
    change: Attribute.of('mail', 'changed@example.com'),
    multiValued: { name: 'groups', values: ['a', 'b', 'c'] },
    filters: [
      { kind: 'equals', attribute: Attribute.of('mail', 'm1@example.com') }, { kind: 'startsWith', attribute: new Name('user1') }, { kind: 'contains', attribute: Attribute.of('mail', '@') },
      { kind: 'greaterThan', attribute: Attribute.of('team', 'f') },
    ],
    filterAttributes: ['mail', 'team'],
    optional: ['team'],
    freeText: ['mail', 'team'],
    broken: { connectionURI: addressOf(server, user, wrong) },
    secrets: [password, wrong],
    outage: { begin: () => server.pause(), end: () => server.resume() },
    stop: () => server.stop(),
  };
}
