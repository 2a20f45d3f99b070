import { ConnectorError, type IcfValue } from '../../../protocol/model/index.js';

/** Offered because the Java connector offers it; scripts from outside run only in a sandbox that local policy opens. */
export async function scriptOnConnector(): Promise<IcfValue> {
  throw new ConnectorError('unsupportedOperation', 'The LDAP connector does not run scripts sent from outside: they are off by default, and Java connectors\' Groovy scripts cannot run here at all. Do the work with the connector\'s other operations.');
}
