import { documentsContract } from '../connectors/mongodb/documents-contract.js';
import { describeConnectorContract } from '../contract/connector-contract.js';
import { startFerretDb } from '../targets/ferretdb.js';

describeConnectorContract('mongodb: documents on FerretDB', async () => {
  const server = await startFerretDb();
  return { ...documentsContract(server, server.user, server.password, 'test'), behind: { name: server.name, real: true } };
});
