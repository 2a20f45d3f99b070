import { MongoClient } from 'mongodb';
import { startFerretDb } from '../../targets/ferretdb.js';
import { COLUMNS, personRow, personTypes, type BenchTarget } from './bench-target.js';

const AT_ONCE = 5_000;
const DATABASE = 'bench';

/** Documents of a collection on FerretDB, the nearest to MongoDB that can be had for tests. */
export async function startMongodbTarget(): Promise<BenchTarget> {
  const server = await startFerretDb();
  const connectionURI = `mongodb://${server.user}:${server.password}@127.0.0.1:${server.port}/?authSource=admin`;
  const client = new MongoClient(connectionURI);
  const people = client.db(DATABASE).collection<Record<string, string>>('people');
  return {
    name: `mongodb on ${server.name}`, driver: 'mongodb find',
    async load(rows) {
      await people.drop();
      for (let from = 0; from < rows; from += AT_ONCE) {
        const documents = Array.from({ length: Math.min(AT_ONCE, rows - from) }, (_, index) => {
          const row = personRow(from + index);
          return Object.fromEntries(COLUMNS.map((column, at) => [column === 'uid' ? 'name' : column, row[at] ?? '']));
        });
        await people.insertMany(documents);
      }
    },
    provisioner: (agent) => ({
      name: 'target',
      connectorRef: {
        bundleName: 'org.forgerock.openicf.connectors.mongodb-connector', bundleVersion: '[1.5.0.0,1.6.0.0)',
        connectorName: 'org.forgerock.openicf.connectors.mongodb.MongoDBConnector', connectorHostRef: agent,
      },
      configurationProperties: { connectionURI, database: DATABASE, collections: ['__ACCOUNT__=people'] },
      objectTypes: personTypes(),
    }),
    async readDirectly() {
      let rows = 0;
      for await (const { name } of people.find()) if (name !== undefined) rows++;
      return rows;
    },
    async stop() {
      await client.close();
      await server.stop();
    },
  };
}
