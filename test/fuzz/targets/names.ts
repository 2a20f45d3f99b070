/** What `npm run fuzz` fuzzes, in this order. Apart from the targets, so that asking for the names loads none of them. */
export const TARGET_NAMES = [
  'frames', 'object-streams', 'operations', 'responses', 'session', 'filters', 'ldap-filters', 'crest', 'json', 'csv', 'ldap-responses', 'ldap-texts',
  'cookies', 'dn', 'provisioners', 'configuration', 'upgrades', 'policies', 'audit-lines', 'journal-segments', 'enrolment', 'secret-references', 'script-values',
] as const;

export type TargetName = (typeof TARGET_NAMES)[number];
