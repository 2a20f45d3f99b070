import { cachedTokenProperties, saasFamily, saasProperties } from '../../engines/rest/index.js';
import { OWN_PROPERTIES } from '../../framework/own-properties.js';
import { withGroup } from '../../framework/properties.js';

/** Two that stand in the sample of the documentation and not in its table are accepted. */
export const saas = saasFamily({ ...saasProperties, ...withGroup(OWN_PROPERTIES, cachedTokenProperties) });
