import { properties } from '../../framework/properties.js';
import { scriptEngineProperties, scriptSlots } from '../../engines/scripted/script-properties.js';

/**
 * The properties of the Java connectors 1.5.20.26, the one with pooled instances and the one without.
 * No connector yet, so nothing of it is published: the table is compared with the specification and with Java beforehand.
 */
export const config = properties({ ...scriptEngineProperties(), ...scriptSlots() });
