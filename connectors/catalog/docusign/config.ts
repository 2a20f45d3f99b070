import { saasFamily, withSaasProperties } from '../../engines/rest/index.js';
import { text } from '../../framework/properties.js';

const HOUR = 3_600_000;
/** https://www.docusign.com/blog/dsdev-from-the-trenches-api-rate-limits */
const BURST = 30_000;
/** What answers announce besides; of bursts not when they end: https://developers.docusign.com/platform/resource-limits/ */
export const ANNOUNCED = [{ window: HOUR }, { headers: { limit: 'X-BurstLimit-Limit', remaining: 'X-BurstLimit-Remaining' }, window: BURST }] as const;
/** What Java's table has as a default, and no account is called. */
const NO_ACCOUNT = 'account';

const config = withSaasProperties({
  serviceUri: text({ required: true, help: 'Account Base URI, e.g. https://demo.docusign.net.' }),
  account: text({ order: 2, default: NO_ACCOUNT, required: true, help: 'API Account ID, of Apps and Keys.' }),
  hourRateLimit: text({ order: 4, required: true, help: 'Hourly Limit of the API Usage Center: requests in an hour.' }),
  burstRateLimit: text({ order: 5, required: true, help: 'Burst Limit of the API Usage Center: requests in 30 seconds.' }),
});

export const saas = saasFamily(config, {
  rates: { hourRateLimit: { bare: HOUR }, burstRateLimit: { bare: BURST } },
  identity: ({ account }) => account,
  complaints: (given) => [
    ...(['', NO_ACCOUNT].includes(given.account.trim()) ? ['account is not set: give the API Account ID, of Apps and Keys.'] : []),
    ...(['hourRateLimit', 'burstRateLimit'] as const).filter((name) => given[name].trim() === '').map((name) => `${name} is not set: give the number of the API Usage Center.`),
  ],
});
