import { cachedTokenProperties, saasFamily, withSaasProperties } from '../../engines/rest/index.js';
import { text } from '../../framework/properties.js';

/** A number without a unit is requests a second: the documentation recommends 2.5, and has it so in its samples. */
const SECOND = 1_000;
const RATE = 'in a time, e.g. 30/sec or 100/min; a number alone is by the second. 2.5 is recommended. Left empty: no limit but what Webex itself says.';

const config = withSaasProperties({
  serviceUri: text({ required: true, help: 'Address of the Webex API: https://webexapis.com/v1.' }),
  readRateLimit: text({ order: 2, help: `Most reading requests ${RATE}` }),
  writeRateLimit: text({ order: 4, help: `Most writing requests ${RATE}` }),
  ...cachedTokenProperties,
});

export const saas = saasFamily(config, { rates: { readRateLimit: { kinds: ['read'], bare: SECOND }, writeRateLimit: { kinds: ['write'], bare: SECOND } } });
