import mongodb from '../../connectors/catalog/mongodb/index.js';
import { ACCOUNT, Attribute, Name } from '../../protocol/model/index.js';
import { describeConnectorContract } from '../contract/connector-contract.js';
import { secret } from '../support/secret-values.js';
import { startFerretDb } from '../targets/ferretdb.js';

describeConnectorContract('mongodb: documents on FerretDB', async () => {
  const server = await startFerretDb();
  const wrong = secret('wrong password in the contract on FerretDB');
  const address = (password: string) => `mongodb://${server.user}:${password}@127.0.0.1:${server.port}/?authSource=admin&serverSelectionTimeoutMS=1000`;
  return {
    connector: mongodb,
    configuration: { connectionURI: address(server.password), database: 'test', collections: ['__ACCOUNT__=people'], arrayAttributes: ['groups'] },
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
    broken: { connectionURI: address(wrong) },
    secrets: [server.password, wrong],
    behind: { name: server.name, real: true },
    outage: { begin: () => server.pause(), end: () => server.resume() },
    stop: () => server.stop(),
  };
});
