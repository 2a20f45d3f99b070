import mongodb from '../../../connectors/catalog/mongodb/index.js';
import { ACCOUNT, Attribute, GuardedString, Name, PASSWORD, type IcfValue } from '../../../protocol/model/index.js';
import { describeConnectorContract } from '../../contract/connector-contract.js';
import { secret } from '../../support/secret-values.js';
import { startFakeMongo } from '../../targets/mongo/fake-mongo.js';
import { ADMIN, ADMIN_PASSWORD, DATABASE, addAdministrator } from './fixture.js';

const WORD = secret('password of users in the contract of MongoDB');
const BEHIND = { name: 'a stand-in for MongoDB 7.0 in memory', real: false };
const data = (team: string) => Attribute.of('customData', new Map<IcfValue, IcfValue>([['team', team]]));

describeConnectorContract('mongodb: users', async () => {
  const server = await startFakeMongo({ auth: true });
  addAdministrator(server);
  const address = (password: string) => `mongodb://${ADMIN}:${password}@127.0.0.1:${server.port}/?authSource=admin&serverSelectionTimeoutMS=1000`;
  const wrong = secret('wrong password in the contract of MongoDB');
  return {
    connector: mongodb,
    configuration: { connectionURI: address(ADMIN_PASSWORD), database: DATABASE },
    objectClass: ACCOUNT,
    sample: (index) => [new Name(`user${index}`), Attribute.of(PASSWORD, new GuardedString(WORD)), data(`team ${index % 3}`)],
    change: data('changed'),
    filters: [{ kind: 'equals', attribute: new Name('user3') }, { kind: 'and', operands: [{ kind: 'equals', attribute: new Name('user3') }, { kind: 'presence', name: 'customData' }] }],
    filterAttributes: ['db'],
    broken: { connectionURI: address(wrong) },
    secrets: [WORD, ADMIN_PASSWORD, wrong],
    behind: BEHIND,
    outage: { begin: () => server.pause(), end: () => server.resume() },
    openCursors: async () => server.cursors.count,
    stop: () => server.stop(),
  };
});

describeConnectorContract('mongodb: documents', async () => {
  const server = await startFakeMongo({ auth: true });
  addAdministrator(server);
  const wrong = secret('other wrong password in the contract of MongoDB');
  const address = (password: string) => `mongodb://${ADMIN}:${password}@127.0.0.1:${server.port}/?authSource=admin&serverSelectionTimeoutMS=1000`;
  return {
    connector: mongodb,
    configuration: { connectionURI: address(ADMIN_PASSWORD), database: DATABASE, collections: ['__ACCOUNT__=people'], arrayAttributes: ['groups'] },
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
    secrets: [ADMIN_PASSWORD, wrong],
    behind: BEHIND,
    outage: { begin: () => server.pause(), end: () => server.resume() },
    openCursors: async () => server.cursors.count,
    stop: () => server.stop(),
  };
});
