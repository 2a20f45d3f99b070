import type { TreeEntry } from './entry-tree.js';

/** OID of the simple paged results control (RFC 2696). */
export const PAGED_RESULTS = '1.2.840.113556.1.4.319';

function entry(dn: string, attributes: Readonly<Record<string, readonly string[]>>): TreeEntry {
  return { dn, attributes: new Map(Object.entries(attributes).map(([name, values]) => [name.toLowerCase(), { name, values: [...values] }])) };
}

/** What the embedded directory says of itself (RFC 4512 section 5.1). */
export function rootDse(suffix: string): TreeEntry {
  return entry('', {
    objectClass: ['top'],
    namingContexts: [suffix],
    supportedLDAPVersion: ['3'],
    supportedControl: [PAGED_RESULTS],
    subschemaSubentry: ['cn=subschema'],
    vendorName: ['Causeway embedded directory'],
  });
}

const DIRECTORY_STRING = '1.3.6.1.4.1.1466.115.121.1.15';
/** Every attribute matches alike here; without these rules a client would fetch everything and compare for itself. */
const RULES = 'EQUALITY caseIgnoreMatch ORDERING caseIgnoreOrderingMatch SUBSTR caseIgnoreSubstringsMatch';
const attributeType = (oid: string, name: string, more = ''): string => `( ${oid} NAME '${name}' ${RULES} SYNTAX ${DIRECTORY_STRING}${more} )`;

/** The schema of people and groups (RFC 4519, RFC 2798), as far as the demo uses it. */
export function subschema(): TreeEntry {
  return entry('cn=subschema', {
    objectClass: ['top', 'subschema'],
    attributeTypes: [
      attributeType('2.5.4.0', 'objectClass'), attributeType('2.5.4.3', 'cn'), attributeType('2.5.4.4', 'sn'),
      attributeType('2.5.4.42', 'givenName'), attributeType('0.9.2342.19200300.100.1.1', 'uid'),
      attributeType('0.9.2342.19200300.100.1.3', 'mail'), attributeType('2.5.4.12', 'title'),
      attributeType('2.16.840.1.113730.3.1.2', 'departmentNumber'), attributeType('2.16.840.1.113730.3.1.3', 'employeeNumber', ' SINGLE-VALUE'),
      attributeType('2.5.4.11', 'ou'), attributeType('2.5.4.13', 'description'), attributeType('2.5.4.50', 'uniqueMember'),
      attributeType('2.5.4.35', 'userPassword'),
      attributeType('1.3.6.1.1.16.4', 'entryUUID', ' SINGLE-VALUE NO-USER-MODIFICATION USAGE directoryOperation'),
    ],
    objectClasses: [
      "( 2.5.6.0 NAME 'top' ABSTRACT MUST objectClass )",
      "( 2.5.6.6 NAME 'person' SUP top STRUCTURAL MUST ( sn $ cn ) MAY ( userPassword $ description ) )",
      "( 2.5.6.7 NAME 'organizationalPerson' SUP person STRUCTURAL MAY ( title $ ou ) )",
      "( 2.16.840.1.113730.3.2.2 NAME 'inetOrgPerson' SUP organizationalPerson STRUCTURAL MAY ( uid $ mail $ givenName $ departmentNumber $ employeeNumber ) )",
      "( 2.5.6.5 NAME 'organizationalUnit' SUP top STRUCTURAL MUST ou MAY description )",
      "( 2.5.6.17 NAME 'groupOfUniqueNames' SUP top STRUCTURAL MUST ( uniqueMember $ cn ) MAY description )",
    ],
  });
}
