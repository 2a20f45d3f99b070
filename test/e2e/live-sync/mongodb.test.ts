import { MongoClient } from 'mongodb';
import { secret } from '../../support/secret-values.js';
import { startFakeMongo } from '../../targets/mongo/fake-mongo.js';
import { describeLiveSync, type LiveSyncTarget } from './live-sync-suite.js';

const PASSWORD = secret('password of the MongoDB user of liveSync');
const DATABASE = 'staff';
const text = (nativeName: string): object => ({ type: 'string', nativeName, nativeType: 'string' });

/** Documents of a collection and the server's change streams; a stand-in for a replica set of MongoDB 7.0. */
async function documentsTarget(): Promise<LiveSyncTarget> {
  const server = await startFakeMongo({ auth: true });
  server.principals.createUser('admin', { createUser: 'sync', pwd: PASSWORD, roles: [{ role: 'readWriteAnyDatabase', db: 'admin' }] });
  const client = new MongoClient(server.uri, { auth: { username: 'sync', password: PASSWORD }, authSource: 'admin' });
  const people = client.db(DATABASE).collection<{ _id: string; name: string; mail: string }>('people');
  const document = (person: number, mail: string) => ({ _id: `p${person}`, name: `person ${person}`, mail });
  return {
    provisioner: (agent) => ({
      name: 'target',
      connectorRef: {
        bundleName: 'org.forgerock.openicf.connectors.mongodb-connector', bundleVersion: '[1.5.0.0,1.6.0.0)',
        connectorName: 'org.forgerock.openicf.connectors.mongodb.MongoDBConnector', connectorHostRef: agent,
      },
      configurationProperties: {
        host: server.host, port: String(server.port), user: 'sync', password: PASSWORD, userDatabase: 'admin', database: DATABASE, sslEnabled: false,
        collections: ['__ACCOUNT__=people'], syncMode: 'changeStream',
      },
      objectTypes: { account: { $schema: 'http://json-schema.org/draft-03/schema', id: '__ACCOUNT__', type: 'object', nativeType: '__ACCOUNT__', properties: { uid: text('__NAME__'), mail: text('mail') } } },
    }),
    prepare: async (count) => { await people.insertMany(Array.from({ length: count }, (_, person) => document(person, 'first'))); },
    async apply(changes) {
      for (const { kind, person, text: mail } of changes) {
        if (kind === 'create') await people.insertOne(document(person, mail));
        else if (kind === 'delete') await people.deleteOne({ _id: `p${person}` });
        else await people.updateOne({ _id: `p${person}` }, { $set: { mail } });
      }
    },
    personOf: (id) => Number(id.slice(1)),
    async stop() {
      await client.close();
      await server.stop();
    },
  };
}

describeLiveSync('MongoDB by change streams', documentsTarget);
