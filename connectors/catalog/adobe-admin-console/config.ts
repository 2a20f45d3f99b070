import { ConnectorError } from '../../../protocol/model/index.js';
import { fixedLimits, type FixedLimit } from '../../engines/http/limits/fixed-limits.js';
import { validateSaasAuthentication, type SaasAuthenticationConfig } from '../../engines/rest/authentication/saas-authentication.js';
import { clientCertificateFile } from '../../engines/rest/client-certificate.js';
import { checkHttpConfiguration, httpAddress } from '../../engines/rest/http-configuration.js';
import { BASIC_PROPERTIES, cachedTokenProperties, connectionProperties, credentialProperties, grantProperties, tokenUseProperties } from '../../engines/rest/saas-properties.js';
import { numbered, properties, text, withGroup, type ConfigOf } from '../../framework/properties.js';

/** What limits count requests as. */
export const USER_READ = 'userRead';
export const GROUP_READ = 'groupRead';
export const WRITE = 'write';

/** What Adobe allows one client (https://adobe-apiplatform.github.io/umapi-documentation/en/api/getUsersWithPage.html, /group.html and /ActionsRef.html). */
const ALLOWED = { userReadRateLimit: '25/min', groupReadRateLimit: '5/min', writeRateLimit: '10/min' };

const rate = (of: string, property: keyof typeof ALLOWED) => text({ help: `Most requests that ${of} in a time, e.g. 0.16/sec or 10/min. Left empty: ${ALLOWED[property]}, which is what Adobe allows.` });
const { password, authenticationMethod, tokenEndpoint, ...client } = credentialProperties;

export const config = properties({
  ...numbered(1, withGroup(BASIC_PROPERTIES, properties({
    serviceUri: text({ required: true, help: 'Address of the User Management API: https://usermanagement.adobe.io/v2.' }),
    orgId: text({ required: true, help: 'Id of the organization, e.g. 12345@AdobeOrg.' }),
    login: text({ help: 'BASIC: user name.' }),
    groupReadRateLimit: rate('read groups', 'groupReadRateLimit'),
    password,
    userReadRateLimit: rate('read users', 'userReadRateLimit'),
    authenticationMethod, tokenEndpoint,
    writeRateLimit: rate('change users or groups', 'writeRateLimit'),
    ...client, ...connectionProperties, ...grantProperties, ...tokenUseProperties,
  }))),
  ...cachedTokenProperties,
  ...clientCertificateFile,
});
export type AdobeConfig = ConfigOf<typeof config>;

/** Scopes stand between commas at Adobe, and without blanks (https://developer.adobe.com/developer-console/docs/guides/authentication/ServerToServerAuthentication/ims/). */
export function authenticationOf(given: AdobeConfig): SaasAuthenticationConfig {
  return { ...given, scope: given.scope?.split(/[\s,]+/).filter((scope) => scope !== '').join(',') ?? null };
}

export function limitsOf(given: AdobeConfig): readonly FixedLimit[] {
  const of = (property: keyof typeof ALLOWED, kind: string) => {
    const value = given[property];
    return { property, text: value === null || value.trim() === '' ? ALLOWED[property] : value, kinds: [kind] };
  };
  return fixedLimits([of('userReadRateLimit', USER_READ), of('groupReadRateLimit', GROUP_READ), of('writeRateLimit', WRITE)]);
}

export function validate(given: AdobeConfig): void {
  const complaints = [
    ...validateSaasAuthentication(given),
    ...(given.orgId.trim() === '' ? ['orgId is blank: give the id of the organization, e.g. 12345@AdobeOrg.'] : []),
  ];
  if (complaints.length > 0) throw new ConnectorError('configuration', complaints.join(' '));
  httpAddress('serviceUri', given.serviceUri);
  limitsOf(given);
  checkHttpConfiguration(given);
}
