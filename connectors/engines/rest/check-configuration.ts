import { ConnectorError, type ConnectorTarget } from '../../../protocol/model/index.js';
import type { ConfigOf, PropertyTable } from '../../framework/properties.js';
import { limitsOf } from './configured-rates.js';
import type { RestConnector } from './definition.js';
import { checkHttpConfiguration, httpTargets } from './http-configuration.js';

/** Every server a configuration leads to. Throws `configuration` for what is no address. */
export function targetsOf<P extends PropertyTable>({ service }: RestConnector<P>, config: ConfigOf<P>): readonly ConnectorTarget[] {
  return httpTargets(service.http?.(config) ?? config, service.address(config), ...Object.values(service.others?.(config) ?? {}), ...Object.values(service.credentialsTo?.(config) ?? {}));
}

/** What the properties' types cannot say: what the definition itself looks at, then addresses, rates, proxy and certificate. Throws `configuration`. No I/O. */
export function checkConfiguration<P extends PropertyTable>(connector: RestConnector<P>, config: ConfigOf<P>): void {
  const { service, validate } = connector;
  validate?.(config);
  const complaints = connector.complaints?.(config) ?? [];
  if (complaints.length > 0) throw new ConnectorError('configuration', complaints.join(' '));
  targetsOf(connector, config);
  limitsOf(service, config);
  checkHttpConfiguration(service.http?.(config) ?? config);
}
