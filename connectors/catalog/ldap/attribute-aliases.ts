/** Names, aliases and OIDs of RFC 4519, 4524, 2798, 2307 and 4512 for one and the same attribute. */
export const ALIASES: readonly (readonly string[])[] = [
  ['uid', 'userid', '0.9.2342.19200300.100.1.1'], ['cn', 'commonName', '2.5.4.3'], ['sn', 'surname', '2.5.4.4'], ['givenName', 'gn', '2.5.4.42'],
  ['serialNumber', '2.5.4.5'], ['c', 'countryName', '2.5.4.6'], ['l', 'localityName', '2.5.4.7'], ['st', 'stateOrProvinceName', '2.5.4.8'],
  ['street', 'streetAddress', '2.5.4.9'], ['o', 'organizationName', '2.5.4.10'], ['ou', 'organizationalUnitName', '2.5.4.11'], ['title', '2.5.4.12'],
  ['description', '2.5.4.13'], ['postalAddress', '2.5.4.16'], ['postalCode', '2.5.4.17'], ['telephoneNumber', '2.5.4.20'],
  ['facsimileTelephoneNumber', 'fax', '2.5.4.23'], ['member', '2.5.4.31'], ['owner', '2.5.4.32'], ['initials', '2.5.4.43'], ['uniqueMember', '2.5.4.50'],
  ['mail', 'rfc822Mailbox', '0.9.2342.19200300.100.1.3'], ['homePhone', 'homeTelephoneNumber', '0.9.2342.19200300.100.1.20'],
  ['homePostalAddress', '0.9.2342.19200300.100.1.39'], ['manager', '0.9.2342.19200300.100.1.10'], ['mobile', 'mobileTelephoneNumber', '0.9.2342.19200300.100.1.41'],
  ['pager', 'pagerTelephoneNumber', '0.9.2342.19200300.100.1.42'], ['dc', 'domainComponent', '0.9.2342.19200300.100.1.25'], ['secretary', '0.9.2342.19200300.100.1.21'],
  ['co', 'friendlyCountryName', '0.9.2342.19200300.100.1.43'], ['carLicense', '2.16.840.1.113730.3.1.1'], ['departmentNumber', '2.16.840.1.113730.3.1.2'],
  ['employeeNumber', '2.16.840.1.113730.3.1.3'], ['employeeType', '2.16.840.1.113730.3.1.4'], ['displayName', '2.16.840.1.113730.3.1.241'],
  ['jpegPhoto', '0.9.2342.19200300.100.1.60'], ['memberOf', '1.2.840.113556.1.2.102', 'isMemberOf'], ['objectClass', '2.5.4.0'],
  ['uidNumber', '1.3.6.1.1.1.1.0'], ['gidNumber', '1.3.6.1.1.1.1.1'], ['gecos', '1.3.6.1.1.1.1.2'], ['homeDirectory', '1.3.6.1.1.1.1.3'], ['loginShell', '1.3.6.1.1.1.1.4'],
];
