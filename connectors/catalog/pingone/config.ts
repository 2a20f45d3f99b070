import { saasFamily, withSaasProperties } from '../../engines/rest/index.js';
import { text, type ConfigOf } from '../../framework/properties.js';

export const saas = saasFamily(withSaasProperties({ environmentId: text({ required: true, group: 'Configuration', help: 'Id of the PingOne environment.' }) }));
export type PingOneConfig = ConfigOf<typeof saas.properties>;
