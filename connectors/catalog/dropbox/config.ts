import { ConnectorError } from '../../../protocol/model/index.js';
import { validateSaasAuthentication } from '../../engines/rest/authentication/saas-authentication.js';
import { checkHttpConfiguration, httpAddress } from '../../engines/rest/http-configuration.js';
import { cachedTokenProperties, saasProperties } from '../../engines/rest/saas-properties.js';
import { OWN_PROPERTIES } from '../../framework/own-properties.js';
import { properties, withGroup, type ConfigOf } from '../../framework/properties.js';

/** Two that stand in the sample of the documentation and not in its table are accepted. */
export const config = properties({ ...saasProperties, ...withGroup(OWN_PROPERTIES, cachedTokenProperties) });
export type DropboxConfig = ConfigOf<typeof config>;

export function validate(given: DropboxConfig): void {
  const complaints = validateSaasAuthentication(given);
  if (complaints.length > 0) throw new ConnectorError('configuration', complaints.join(' '));
  httpAddress('serviceUri', given.serviceUri);
  checkHttpConfiguration(given);
}
