import { ConnectorError } from '../../../protocol/model/index.js';
import { fixedLimits, type FixedLimit } from '../../engines/http/limits/fixed-limits.js';
import { clientCertificateFile } from '../../engines/rest/client-certificate.js';
import { validateSaasAuthentication } from '../../engines/rest/authentication/saas-authentication.js';
import { checkHttpConfiguration, httpAddress } from '../../engines/rest/http-configuration.js';
import { BASIC_PROPERTIES, cachedTokenProperties, connectionProperties, credentialProperties, grantProperties, tokenUseProperties } from '../../engines/rest/saas-properties.js';
import { numbered, properties, text, withGroup, type ConfigOf } from '../../framework/properties.js';

/** A number without a unit is requests a second: the documentation recommends 2.5, and has it so in its samples. */
const SECOND = 1_000;
const RATE = 'in a time, e.g. 30/sec or 100/min; a number alone is by the second. 2.5 is recommended. Left empty: no limit but what Webex itself says.';

export const config = properties({
  ...numbered(1, withGroup(BASIC_PROPERTIES, properties({
    serviceUri: text({ required: true, help: 'Address of the Webex API: https://webexapis.com/v1.' }),
    readRateLimit: text({ help: `Most reading requests ${RATE}` }),
    login: text({ help: 'BASIC: user name.' }),
    writeRateLimit: text({ help: `Most writing requests ${RATE}` }),
    ...credentialProperties, ...connectionProperties, ...grantProperties, ...tokenUseProperties,
  }))),
  ...cachedTokenProperties,
  ...clientCertificateFile,
});
export type WebexConfig = ConfigOf<typeof config>;

export function limitsOf({ readRateLimit, writeRateLimit }: WebexConfig): readonly FixedLimit[] {
  return fixedLimits([
    { property: 'readRateLimit', text: readRateLimit, kinds: ['read'], bare: SECOND },
    { property: 'writeRateLimit', text: writeRateLimit, kinds: ['write'], bare: SECOND },
  ]);
}

export function validate(given: WebexConfig): void {
  const complaints = validateSaasAuthentication(given);
  if (complaints.length > 0) throw new ConnectorError('configuration', complaints.join(' '));
  httpAddress('serviceUri', given.serviceUri);
  limitsOf(given);
  checkHttpConfiguration(given);
}
