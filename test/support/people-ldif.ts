const GIVEN = ['Amina', 'Boris', 'Chloe', 'Dmitri', 'Elif', 'Farid', 'Grace', 'Hiro', 'Ingrid', 'Jamal', 'Katja'];
const FAMILY = ['Abara', 'Bergman', 'Castillo', 'Dubois', 'Eriksen', 'Fischer', 'Garcia', 'Haddad', 'Ivanova', 'Jensen', 'Kowalski', 'Larsen', 'Moreau'];
const AT_ONCE = 500;

/**
 * LDIF of the people with the numbers `from` up to, not including, `to` below `parent`, in pieces: ordinary entries of ten
 * attributes, and a `description` of so many characters where large ones are wanted.
 */
export function* peopleLdif(from: number, to: number, parent = 'ou=people,dc=example,dc=com', descriptionLength = 0): Generator<string> {
  const description = descriptionLength > 0 ? [`description: ${'x'.repeat(descriptionLength)}`] : [];
  let piece: string[] = [];
  for (let number = from; number < to; number++) {
    const given = GIVEN[number % GIVEN.length] ?? '';
    const family = FAMILY[number % FAMILY.length] ?? '';
    piece.push(
      `dn: uid=user${number},${parent}`, 'objectClass: top', 'objectClass: person', 'objectClass: organizationalPerson', 'objectClass: inetOrgPerson',
      `uid: user${number}`, `cn: ${given} ${family}`, `sn: ${family}`, `givenName: ${given}`, `mail: user${number}@example.com`, `title: Engineer ${number % 9}`,
      `employeeNumber: ${1_000_000 + number}`, `departmentNumber: ${100 + (number % 37)}`, `telephoneNumber: +49 30 ${100_000 + number}`, ...description, '',
    );
    if (piece.length >= AT_ONCE * 15) {
      yield `${piece.join('\n')}\n`;
      piece = [];
    }
  }
  if (piece.length > 0) yield `${piece.join('\n')}\n`;
}
