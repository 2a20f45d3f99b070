import { writeFile } from 'node:fs/promises';
import { Attribute, Change, Client } from 'ldapts';
import { afterAll, beforeAll } from 'vitest';
import { startSamba, type Samba } from '../../targets/samba.js';
import { LDAP_REF } from '../../support/provisioners.js';
import { describeLiveSync, type LiveSyncTarget } from './live-sync-suite.js';

let server: Samba;
beforeAll(async () => { server = await startSamba(); });
afterAll(() => server.stop());

/** Longest text of an attribute of a user in Active Directory that anybody may fill. */
const LONGEST_INFO = 1024;

const text = (nativeName: string): object => ({ type: 'string', nativeName, nativeType: 'string' });

interface Unit {
  readonly name: string;
  /** First letter of the names of its people, which are unique in a domain. */
  readonly letter: string;
  /** Settings of the connector, which decide how the unit is followed. */
  readonly settings?: object;
  readonly isUnordered?: boolean;
}

/** Users of a unit of the domain, changed over LDAPS. */
function unitTarget({ name, letter, settings, isUnordered = false }: Unit): LiveSyncTarget {
  const unit = `OU=${name},${server.baseDn}`;
  const dnOf = (person: number): string => `CN=${letter}${person},${unit}`;
  const client = new Client({ url: `ldaps://${server.host}:${server.tlsPort}`, tlsOptions: { ca: [server.ca], servername: server.hostName } });
  const add = (person: number, info: string) => client.add(dnOf(person), { objectClass: ['top', 'person', 'organizationalPerson', 'user'], sAMAccountName: `${letter}${person}`, info: info.slice(0, LONGEST_INFO) });
  return {
    provisioner: (agent) => ({
      name: 'target', connectorRef: { ...LDAP_REF, connectorHostRef: agent },
      configurationProperties: {
        host: server.host, port: server.tlsPort, ssl: true, principal: server.adminName, credentials: server.adminPassword, baseContexts: [unit], baseContextsToSynchronize: [unit],
        accountObjectClasses: ['top', 'person', 'organizationalPerson', 'user'], accountUserNameAttributes: ['sAMAccountName'], uidAttribute: 'sAMAccountName', vlvSortAttribute: 'sAMAccountName', ...settings,
      },
      objectTypes: { account: { $schema: 'http://json-schema.org/draft-03/schema', id: '__ACCOUNT__', type: 'object', nativeType: '__ACCOUNT__', properties: { dn: text('__NAME__'), sAMAccountName: text('sAMAccountName'), info: text('info') } } },
    }),
    async agentConfig(world) {
      await writeFile(world.path('domain-ca.pem'), server.ca);
      return { connectors: { ca: world.path('domain-ca.pem') } };
    },
    async prepare(count) {
      await client.bind(server.adminName, server.adminPassword);
      await client.add(unit, { objectClass: ['top', 'organizationalUnit'], ou: name });
      for (let person = 0; person < count; person++) await add(person, 'first');
    },
    async apply(changes) {
      for (const { kind, person, text: info } of changes) {
        if (kind === 'create') await add(person, info);
        else if (kind === 'delete') await client.del(dnOf(person));
        else await client.modify(dnOf(person), new Change({ operation: 'replace', modification: new Attribute({ type: 'info', values: [info.slice(0, LONGEST_INFO)] }) }));
      }
    },
    personOf: (id) => Number(id.slice(1)),
    isUnordered,
    stop: () => client.unbind(),
  };
}

describeLiveSync('Active Directory (Samba) by update sequence numbers', async () => unitTarget({ name: 'Staff', letter: 'p' }));

// Numbers are no good where there is a second server to go on at. Samba answers in the order of its database, not in that of the changes.
describeLiveSync('Active Directory (Samba) by DirSync', async () => unitTarget({
  name: 'Guests', letter: 'd', settings: { failover: [`ldaps://${server.host}:${server.tlsPort}/`] }, isUnordered: true,
}));
