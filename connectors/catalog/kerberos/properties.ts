import { properties } from '../../framework/properties.js';
import { scriptEngineProperties, scriptSlots } from '../../engines/scripted/script-properties.js';
import { hostKeyProperties } from '../../engines/shell/host-key-properties.js';
import { sessionProperties } from '../../engines/shell/session-properties.js';

/** The properties of the Java connector 1.5.20.26, in its order, and ours for the server's key. */
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
  ...hostKeyProperties,
});
