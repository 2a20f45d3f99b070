import { Attribute, Change, Client } from 'ldapts';
import type { OpenLdap } from '../../targets/openldap.js';
import { ldapProvisioner } from '../../support/provisioners.js';
import type { LiveSyncTarget } from './live-sync-suite.js';

/** A directory server that keeps a record of its changes. */
export type DirectoryServer = Pick<OpenLdap, 'url' | 'host' | 'port' | 'adminDn' | 'adminPassword' | 'baseDn' | 'stop'>;

/** People of a directory, changed over its own protocol. `makeUnit`: the unit they are in has to be made first. */
export function directoryTarget(server: DirectoryServer, makeUnit: boolean): LiveSyncTarget {
  const unit = `ou=people,${server.baseDn}`;
  const dnOf = (person: number): string => `uid=p${person},${unit}`;
  const client = new Client({ url: server.url });
  const add = (person: number, text: string) => client.add(dnOf(person), { objectClass: ['top', 'person', 'organizationalPerson', 'inetOrgPerson'], uid: `p${person}`, cn: `Person ${person}`, sn: 'Person', description: text });
  return {
    provisioner: (agent) => ldapProvisioner(server as OpenLdap, agent, { uidAttribute: 'dn' }, 'target'),
    async prepare(count) {
      await client.bind(server.adminDn, server.adminPassword);
      if (makeUnit) await client.add(unit, { objectClass: ['top', 'organizationalUnit'], ou: 'people' });
      for (let person = 0; person < count; person++) await add(person, 'first');
    },
    async apply(changes) {
      for (const { kind, person, text } of changes) {
        if (kind === 'create') await add(person, text);
        else if (kind === 'delete') await client.del(dnOf(person));
        else await client.modify(dnOf(person), new Change({ operation: 'replace', modification: new Attribute({ type: 'description', values: [text] }) }));
      }
    },
    personOf: (id) => Number(/^uid=p(\d+),/i.exec(id)?.[1]),
    async stop() {
      await client.unbind();
      await server.stop();
    },
  };
}
