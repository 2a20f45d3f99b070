import mongodb from '../../../connectors/catalog/mongodb/index.js';
import { ACCOUNT, Attribute, GuardedString, Name, PASSWORD, type IcfValue } from '../../../protocol/model/index.js';
import { describeConnectorContract } from '../../contract/connector-contract.js';
import { secret } from '../../support/secret-values.js';
import { startFakeMongo } from '../../targets/mongo/fake-mongo.js';
import { addressOf, documentsContract } from './documents-contract.js';
import { ADMIN, ADMIN_PASSWORD, DATABASE, addAdministrator } from './fixture.js';

const WORD = secret('password of users in the contract of MongoDB');
const BEHIND = { name: 'a stand-in for MongoDB 7.0 in memory', real: false };
const data = (team: string) => Attribute.of('customData', new Map<IcfValue, IcfValue>([['team', team]]));

describeConnectorContract('mongodb: users', async () => {
  const server = await startFakeMongo({ auth: true });
  addAdministrator(server);
  const wrong = secret('wrong password in the contract of MongoDB');
  return {
    connector: mongodb,
    configuration: { connectionURI: addressOf(server, ADMIN, ADMIN_PASSWORD), database: DATABASE },
    objectClass: ACCOUNT,
    sample: (index) => [new Name(`user${index}`), Attribute.of(PASSWORD, new GuardedString(WORD)), data(`team ${index % 3}`)],
    change: data('changed'),
    filters: [{ kind: 'equals', attribute: new Name('user3') }, { kind: 'and', operands: [{ kind: 'equals', attribute: new Name('user3') }, { kind: 'presence', name: 'customData' }] }],
    filterAttributes: ['db'],
    broken: { connectionURI: addressOf(server, ADMIN, wrong) },
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
  return { ...documentsContract(server, ADMIN, ADMIN_PASSWORD, DATABASE), behind: BEHIND, openCursors: async () => server.cursors.count };
});
