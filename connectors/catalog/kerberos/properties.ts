import { properties } from '../../framework/properties.js';
import { scriptEngineProperties, scriptSlots } from '../../engines/scripted/script-properties.js';
import { sessionProperties } from '../../engines/shell/session-properties.js';

/**
 * The properties of the Java connector 1.5.20.26, in its order.
 * No connector yet, so nothing of it is published: the table is compared with the specification and with Java beforehand.
 */
export const config = properties({
  ...sessionProperties,
  ...scriptEngineProperties({
    scriptRoots: ['!/scripts/kerberos'],
    customConfiguration: "kadmin { cmd = '/usr/sbin/kadmin.local'; user='<KADMIN USERNAME>'; default_realm='<REALM, e.g. EXAMPLE.COM>' }",
  }),
  ...scriptSlots({
    create: 'CreateKerberos.groovy', delete: 'DeleteKerberos.groovy', schema: 'SchemaKerberos.groovy', scriptOnResource: 'ScriptOnResourceKerberos.groovy',
    search: 'SearchKerberos.groovy', test: 'TestKerberos.groovy', update: 'UpdateKerberos.groovy',
  }),
});
