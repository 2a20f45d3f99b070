import { ConnectorError } from '../../../protocol/model/index.js';
import { validateSaasAuthentication } from '../../engines/rest/authentication/saas-authentication.js';
import { checkHttpConfiguration, httpAddress } from '../../engines/rest/http-configuration.js';
import { saasProperties } from '../../engines/rest/saas-properties.js';
import { properties, text, withGroup, type ConfigOf } from '../../framework/properties.js';

export const config = properties({
  ...withGroup('Configuration', { environmentId: text({ required: true, help: 'Id of the PingOne environment.' }) }),
  ...saasProperties,
});
export type PingOneConfig = ConfigOf<typeof config>;

export function validate(given: PingOneConfig): void {
  const complaints = validateSaasAuthentication(given);
  if (complaints.length > 0) throw new ConnectorError('configuration', complaints.join(' '));
  httpAddress('serviceUri', given.serviceUri);
  checkHttpConfiguration(given);
}
