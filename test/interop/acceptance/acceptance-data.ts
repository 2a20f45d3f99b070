/** The rows of the CSV file, as its connector has to show them. `chloe` has no city; `Dmitri` has capitals where others have none. */
export const PEOPLE = [
  { _id: 'amina', uid: 'amina', firstName: 'Amina', lastName: 'Abara', email: 'amina@example.com', badge: 101, city: 'Berlin' },
  { _id: 'boris', uid: 'boris', firstName: 'Boris', lastName: 'Bergman', email: 'boris@example.com', badge: 102, city: 'Paris' },
  { _id: 'chloe', uid: 'chloe', firstName: 'Chloe', lastName: 'Castillo, Jr.', email: 'chloe@example.com', badge: 103 },
  { _id: 'Dmitri', uid: 'Dmitri', firstName: 'Dmitri', lastName: 'Dubois', email: 'dmitri@EXAMPLE.com', badge: 104, city: 'berlin' },
  { _id: 'elif', uid: 'elif', firstName: 'Elif', lastName: 'Eriksen', email: 'elif@example.com', badge: 205, city: 'Paris' },
  { _id: 'farid', uid: 'farid', firstName: 'Farid', lastName: 'Fischer "Fish"', email: 'farid@example.com', badge: 206, city: 'Köln' },
] as const;

export const PEOPLE_CSV = `uid,firstName,lastName,email,badge,city,password
amina,Amina,Abara,amina@example.com,101,Berlin,pw-amina
boris,Boris,Bergman,boris@example.com,102,Paris,pw-boris
chloe,Chloe,"Castillo, Jr.",chloe@example.com,103,,pw-chloe
Dmitri,Dmitri,Dubois,dmitri@EXAMPLE.com,104,berlin,pw-dmitri
elif,Elif,Eriksen,elif@example.com,205,Paris,pw-elif
farid,Farid,"Fischer ""Fish""",farid@example.com,206,Köln,pw-farid
`;

/** Where liveSync writes to: the same columns, no rows. */
export const EMPTY_CSV = 'uid,firstName,lastName,email,badge,city,password\n';

export const LARGE_ROWS = 50_000;

/** A file of {@link LARGE_ROWS} rows, in pieces. */
export function* largeCsv(): Generator<string> {
  yield EMPTY_CSV;
  for (let from = 0; from < LARGE_ROWS; from += 1_000) {
    let piece = '';
    for (let number = from; number < from + 1_000; number += 1) piece += `person${number},First ${number},Last ${number},person${number}@example.com,${number},City ${number % 97},pw${number}\n`;
    yield piece;
  }
}

export const DIRECTORY_BASE = 'dc=example,dc=com';
export const STAFF = `ou=staff,${DIRECTORY_BASE}`;
export const CROWD = `ou=crowd,${DIRECTORY_BASE}`;

/** The staff of the directory. `telephoneNumber` has several values, `uidNumber` an order the server knows; `zoe` has no mail. */
export const STAFF_LDIF = `dn: ${STAFF}
objectClass: organizationalUnit
ou: staff

dn: uid=anna,${STAFF}
objectClass: top
objectClass: person
objectClass: organizationalPerson
objectClass: inetOrgPerson
objectClass: posixAccount
uid: anna
uidNumber: 5001
gidNumber: 5000
homeDirectory: /home/anna
cn: Anna Ahrens
sn: Ahrens
givenName: Anna
mail: anna@example.com
title: Engineer
employeeNumber: 1001
telephoneNumber: +49 30 1
telephoneNumber: +49 30 2

dn: uid=bert,${STAFF}
objectClass: top
objectClass: person
objectClass: organizationalPerson
objectClass: inetOrgPerson
objectClass: posixAccount
uid: bert
uidNumber: 5002
gidNumber: 5000
homeDirectory: /home/bert
cn: Bert Braun
sn: Braun
givenName: Bert
mail: bert@example.com
title: Engineer
employeeNumber: 1002
telephoneNumber: +49 30 2

dn: uid=carla,${STAFF}
objectClass: top
objectClass: person
objectClass: organizationalPerson
objectClass: inetOrgPerson
objectClass: posixAccount
uid: carla
uidNumber: 5003
gidNumber: 5000
homeDirectory: /home/carla
cn: Carla (Clerk) Corti
sn: Corti
givenName: Carla
mail: carla@example.org
title: Clerk
employeeNumber: 1003

dn: uid=zoe,${STAFF}
objectClass: top
objectClass: person
objectClass: organizationalPerson
objectClass: inetOrgPerson
objectClass: posixAccount
uid: zoe
uidNumber: 5026
gidNumber: 5000
homeDirectory: /home/zoe
cn: Zoë Zimmer
sn: Zimmer
title: Clerk
employeeNumber: 1026

dn: ${CROWD}
objectClass: organizationalUnit
ou: crowd

`;
