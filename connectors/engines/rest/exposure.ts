import { isOwnMachine } from '../../framework/own-machine.js';
import type { ConnectorLog } from '../../framework/spi.js';

/**
 * As with Java, credentials go to wherever the configuration says; but whoever runs the agent is told when others can read them on their
 * way. `addresses`: where credentials go, by the property that says so. To be called once per configuration.
 */
export function warnOfExposure(log: ConnectorLog, addresses: Readonly<Record<string, URL | string | null | undefined>>): void {
  for (const [property, address] of Object.entries(addresses)) {
    if (address === null || address === undefined) continue;
    const { protocol, hostname } = new URL(address);
    if (protocol === 'http:' && !isOwnMachine(hostname)) log.warn({ property, server: hostname }, 'Credentials go to this server unencrypted: whoever listens on the network sees them. Give an https: address');
  }
}
