import { properties } from '../../framework/properties.js';
import { scriptEngineProperties, scriptSlots } from '../../engines/scripted/script-properties.js';
import { hostKeyProperties } from '../../engines/shell/host-key-properties.js';
import { sessionProperties } from '../../engines/shell/session-properties.js';

/** The properties of the Java connector 1.5.20.26, in its order, and ours for the server's key. */
export const config = properties({
  ...sessionProperties,
  ...scriptEngineProperties(),
  ...scriptSlots(),
  ...hostKeyProperties,
});
