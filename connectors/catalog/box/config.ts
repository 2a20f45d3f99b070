import { BASIC_PROPERTIES, saasFamily, withSaasProperties } from '../../engines/rest/index.js';
import { text, withGroup } from '../../framework/properties.js';

/** Box lets a user's application ask 1,000 times a minute (https://developer.box.com/guides/api-calls/permissions-and-errors/rate-limits). */
const DEFAULT_RATE = '1000/min';

const config = withSaasProperties(withGroup(BASIC_PROPERTIES, {
  boxSubjectType: text({ required: true, help: 'Whom tokens are for: User or Enterprise.' }),
  boxSubjectId: text({ required: true, help: 'Id of that user or enterprise.' }),
  rateLimit: text({ help: `Most requests in a time, e.g. 997/min or 600/sec. Left empty: ${DEFAULT_RATE}.` }),
}));

export const saas = saasFamily(config, {
  rates: { rateLimit: { default: DEFAULT_RATE } },
  form: ({ boxSubjectType, boxSubjectId }) => new Map([['box_subject_type', boxSubjectType.toLowerCase()], ['box_subject_id', boxSubjectId]]),
  complaints: ({ boxSubjectType, grantType }) => [
    ...(['user', 'enterprise'].includes(boxSubjectType.toLowerCase()) ? [] : [`boxSubjectType is '${boxSubjectType}': it has to be User or Enterprise.`]),
    ...(grantType === null || grantType.trim() === '' || grantType.trim() === 'client_credentials' ? [] : [`grantType is '${grantType}': Box takes client_credentials only.`]),
  ],
});
