import { onTestFinished } from 'vitest';
import hana from '../../../connectors/catalog/sap-hana-database/index.js';
import { ConnectorCaller } from '../../support/connector-caller.js';
import { HanaServer } from '../../targets/hana-server.js';

export function callerFor({ url, hana: { login } }: HanaServer, changes = {}): ConnectorCaller {
  return new ConnectorCaller(hana, { url, username: login.user, password: login.password, ...changes });
}

/** For one test: a stand-in and the connector in front of it, which go when the test ends. */
export async function connected() {
  const started = await HanaServer.start();
  const caller = callerFor(started);
  onTestFinished(async () => {
    await caller.dispose();
    await started.stop();
  });
  return { started, server: started.hana, caller };
}
