import { writeFile } from 'node:fs/promises';
import type { World } from '../../support/causeway-world.js';

/** What the dialling side of server mode proves itself with. */
export const SHARED_KEY = 'the-acceptance-key';

/** Lists a connector server for the controller to dial, as OpenIDM's `connectorinfoprovider` file does. */
export async function listServer(world: World, { name, port, useSSL }: { readonly name: string; readonly port: number; readonly useSSL: boolean }): Promise<void> {
  const server = { name, host: 'localhost', port, useSSL, key: SHARED_KEY, protocol: 'websocket' };
  await writeFile(world.path('conf', 'provisioner.openicf.connectorinfoprovider.json'), JSON.stringify({ connectorsLocation: 'connectors', remoteConnectorServers: [server] }));
}
