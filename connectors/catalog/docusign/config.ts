import { ConnectorError } from '../../../protocol/model/index.js';
import { fixedLimits, type FixedLimit } from '../../engines/http/limits/fixed-limits.js';
import { validateSaasAuthentication } from '../../engines/rest/authentication/saas-authentication.js';
import { clientCertificateFile } from '../../engines/rest/client-certificate.js';
import { checkHttpConfiguration, httpAddress } from '../../engines/rest/http-configuration.js';
import { BASIC_PROPERTIES, connectionProperties, credentialProperties, grantProperties, tokenUseProperties } from '../../engines/rest/saas-properties.js';
import { numbered, properties, text, withGroup, type ConfigOf } from '../../framework/properties.js';

const HOUR = 3_600_000;
/** https://www.docusign.com/blog/dsdev-from-the-trenches-api-rate-limits */
const BURST = 30_000;
/** What answers announce besides; of bursts not when they end: https://developers.docusign.com/platform/resource-limits/ */
export const ANNOUNCED = [{ window: HOUR }, { headers: { limit: 'X-BurstLimit-Limit', remaining: 'X-BurstLimit-Remaining' }, window: BURST }] as const;
/** What Java's table has as a default, and no account is called. */
const NO_ACCOUNT = 'account';

export const config = properties({
  ...numbered(1, withGroup(BASIC_PROPERTIES, properties({
    serviceUri: text({ required: true, help: 'Account Base URI, e.g. https://demo.docusign.net.' }),
    account: text({ default: NO_ACCOUNT, required: true, help: 'API Account ID, of Apps and Keys.' }),
    login: text({ help: 'BASIC: user name.' }),
    hourRateLimit: text({ required: true, help: 'Hourly Limit of the API Usage Center: requests in an hour.' }),
    burstRateLimit: text({ required: true, help: 'Burst Limit of the API Usage Center: requests in 30 seconds.' }),
    ...credentialProperties, ...connectionProperties, ...grantProperties, ...tokenUseProperties,
  }))),
  ...clientCertificateFile,
});
export type DocuSignConfig = ConfigOf<typeof config>;

export function limitsOf({ hourRateLimit, burstRateLimit }: DocuSignConfig): readonly FixedLimit[] {
  return fixedLimits([{ property: 'hourRateLimit', text: hourRateLimit, bare: HOUR }, { property: 'burstRateLimit', text: burstRateLimit, bare: BURST }]);
}

export function validate(given: DocuSignConfig): void {
  const isBlank = (value: string | null): boolean => value === null || value.trim() === '';
  const complaints = [
    ...validateSaasAuthentication(given),
    ...(isBlank(given.account) || given.account === NO_ACCOUNT ? ['account is not set: give the API Account ID, of Apps and Keys.'] : []),
    ...(['hourRateLimit', 'burstRateLimit'] as const).filter((name) => isBlank(given[name])).map((name) => `${name} is not set: give the number of the API Usage Center.`),
  ];
  if (complaints.length > 0) throw new ConnectorError('configuration', complaints.join(' '));
  httpAddress('serviceUri', given.serviceUri);
  limitsOf(given);
  checkHttpConfiguration(given);
}
