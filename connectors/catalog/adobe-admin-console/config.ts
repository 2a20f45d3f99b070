import { cachedTokenProperties, saasFamily, withSaasProperties } from '../../engines/rest/index.js';
import { text } from '../../framework/properties.js';

/** What Adobe allows one client (https://adobe-apiplatform.github.io/umapi-documentation/en/api/getUsersWithPage.html, /group.html and /ActionsRef.html). */
const rates = {
  userReadRateLimit: { kinds: ['userRead'], default: '25/min' }, groupReadRateLimit: { kinds: ['groupRead'], default: '5/min' }, writeRateLimit: { kinds: ['write'], default: '10/min' },
} as const;

const rate = (order: number, of: string, property: keyof typeof rates) => text({
  order, help: `Most requests that ${of} in a time, e.g. 0.16/sec or 10/min. Left empty: ${rates[property].default}, which is what Adobe allows.`,
});

const config = withSaasProperties({
  serviceUri: text({ required: true, help: 'Address of the User Management API: https://usermanagement.adobe.io/v2.' }),
  orgId: text({ order: 2, required: true, help: 'Id of the organization, e.g. 12345@AdobeOrg.' }),
  groupReadRateLimit: rate(4, 'read groups', 'groupReadRateLimit'),
  userReadRateLimit: rate(6, 'read users', 'userReadRateLimit'),
  writeRateLimit: rate(9, 'change users or groups', 'writeRateLimit'),
  ...cachedTokenProperties,
});

export const saas = saasFamily(config, {
  rates,
  kindOf: ({ method, url }) => (method === 'POST' ? 'write' : url.pathname.includes('/usermanagement/groups/') ? 'groupRead' : 'userRead'),
  // Scopes stand between commas at Adobe, and without blanks (https://developer.adobe.com/developer-console/docs/guides/authentication/ServerToServerAuthentication/ims/).
  scope: ({ scope }) => scope?.split(/[\s,]+/).filter((each) => each !== '').join(',') ?? null,
  complaints: ({ orgId }) => (orgId.trim() === '' ? ['orgId is blank: give the id of the organization, e.g. 12345@AdobeOrg.'] : []),
});
