import { properties } from '../../framework/properties.js';
import { scriptEngineProperties, scriptSlots } from '../../engines/scripted/script-properties.js';
import { sessionProperties } from '../../engines/shell/session-properties.js';

/**
 * The properties of the Java connector 1.5.20.26, in its order.
 * No connector yet, so nothing of it is published: the table is compared with the specification and with Java beforehand.
 */
export const config = properties({
  ...sessionProperties,
  ...scriptEngineProperties(),
  ...scriptSlots(),
});
