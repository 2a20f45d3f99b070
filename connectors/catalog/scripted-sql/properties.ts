import { properties, text } from '../../framework/properties.js';
import { scriptEngineProperties, scriptSlots } from '../../engines/scripted/script-properties.js';
import { poolProperties } from '../../engines/sql/pool-properties.js';

/**
 * The properties of the Java connector 1.5.20.26.
 */
export const config = properties({
  password: text({ confidential: true, help: 'Password for the database.' }),
  ...poolProperties,
  dataSourceJNDI: text({ order: 0, help: 'JNDI name of a data source to take connections from.' }),
  ...scriptEngineProperties(),
  ...scriptSlots(),
});
