import { ConnectorError } from '../../../protocol/model/index.js';
import { fixedLimits, type FixedLimit } from '../../engines/http/limits/fixed-limits.js';
import { validateSaasAuthentication } from '../../engines/rest/authentication/saas-authentication.js';
import { checkHttpConfiguration, httpAddress } from '../../engines/rest/http-configuration.js';
import { BASIC_PROPERTIES, saasProperties } from '../../engines/rest/saas-properties.js';
import { properties, text, withGroup, type ConfigOf } from '../../framework/properties.js';

/** Box lets a user's application ask 1,000 times a minute (https://developer.box.com/guides/api-calls/permissions-and-errors/rate-limits). */
const DEFAULT_RATE = '1000/min';

export const config = properties({
  ...withGroup(BASIC_PROPERTIES, {
    boxSubjectType: text({ required: true, help: 'Whom tokens are for: User or Enterprise.' }),
    boxSubjectId: text({ required: true, help: 'Id of that user or enterprise.' }),
    rateLimit: text({ help: `Most requests in a time, e.g. 997/min or 600/sec. Left empty: ${DEFAULT_RATE}.` }),
  }),
  ...saasProperties,
});
export type BoxConfig = ConfigOf<typeof config>;

export function limitsOf({ rateLimit }: BoxConfig): readonly FixedLimit[] {
  return fixedLimits([{ property: 'rateLimit', text: rateLimit === null || rateLimit.trim() === '' ? DEFAULT_RATE : rateLimit }]);
}

export function validate(given: BoxConfig): void {
  const { boxSubjectType, grantType, serviceUri } = given;
  const complaints = [
    ...validateSaasAuthentication(given),
    ...(['user', 'enterprise'].includes(boxSubjectType.toLowerCase()) ? [] : [`boxSubjectType is '${boxSubjectType}': it has to be User or Enterprise.`]),
    ...(grantType === null || grantType.trim() === '' || grantType.trim() === 'client_credentials' ? [] : [`grantType is '${grantType}': Box takes client_credentials only.`]),
  ];
  if (complaints.length > 0) throw new ConnectorError('configuration', complaints.join(' '));
  httpAddress('serviceUri', serviceUri);
  limitsOf(given);
  checkHttpConfiguration(given);
}
