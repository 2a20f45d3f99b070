import { startOpenLdap, type OpenLdap } from '../../../targets/openldap.js';
import type { JavaPropertyInput } from '../../support/java-driver-types.js';
import { peopleLdif } from './people.js';

export const BASE = 'dc=example,dc=com';
/** Where the people are; apart from what tests create. */
export const STAFF = `ou=staff,${BASE}`;
/** A level deeper than the staff. */
export const GUESTS = `ou=guests,${STAFF}`;

const TREE = `dn: ${STAFF}
objectClass: organizationalUnit
ou: staff

dn: ${GUESTS}
objectClass: organizationalUnit
ou: guests

`;

/** A directory with the people below the staff, and `more` LDIF after them. */
export function startPeopleDirectory(more = ''): Promise<OpenLdap> {
  return startOpenLdap({ ldif: TREE + peopleLdif(STAFF) + more });
}

/** What the Java side has to set for this directory. */
export function ldapProperties(server: OpenLdap, more: Readonly<Record<string, JavaPropertyInput>> = {}): Record<string, JavaPropertyInput> {
  return {
    host: server.host, port: server.port, principal: server.adminDn, credentials: server.adminPassword,
    baseContexts: [server.baseDn], baseContextsToSynchronize: [server.baseDn], accountUserNameAttributes: ['uid'],
    groupObjectClasses: ['top', 'groupOfNames'], groupMemberAttribute: 'member', ...more,
  };
}
