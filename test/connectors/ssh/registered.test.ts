import { expect, it } from 'vitest';
import { connectorByKey, connectorIds } from '../../../connectors/registry.js';

it('the connectors ssh and kerberos are there on every agent, under the names and the version of the files of the Java connectors [ssh 27, 28] [kerberos 29]', async () => {
  for (const [id, className] of [['ssh', 'ssh.SSHConnector'], ['kerberos', 'kerberos.KerberosConnector']] as const) {
    expect(connectorIds).toContain(id);
    const key = { bundleName: `org.forgerock.openicf.connectors.${id}-connector`, bundleVersion: '1.5.20.26', connectorName: `org.forgerock.openicf.connectors.${className}` };
    expect((await connectorByKey(key))?.id).toBe(id);
  }
});
