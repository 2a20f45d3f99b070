/** Those whom every search of this suite finds; expected results are worked out from this list, never from an answer. */
export interface Person {
  readonly uid: string;
  readonly given: string;
  readonly family: string;
  readonly mail?: string;
  readonly department: string;
  /** Three digits, so that order of text is order of numbers. */
  readonly badge: string;
  readonly city?: string;
  readonly phones: readonly string[];
  readonly password: string;
}

export const PEOPLE: readonly Person[] = [
  { uid: 'amina', given: 'Amina', family: 'Abara', mail: 'amina@example.com', department: 'Sales', badge: '101', city: 'Oslo', phones: ['+47 1', '+47 2'], password: 'pw-amina' },
  { uid: 'boris', given: 'Boris', family: 'Bergman', mail: 'boris@example.com', department: 'Sales', badge: '205', city: 'Berlin', phones: ['+49 1'], password: 'pw-boris' },
  { uid: 'chloe', given: 'Chloé', family: 'Castillo', mail: 'chloe@example.org', department: 'Research', badge: '300', city: 'Lyon', phones: [], password: 'pw-chloé-ß' },
  { uid: 'dmitri', given: 'Дмитрий', family: 'Dubois', mail: 'dmitri@example.com', department: 'Research', badge: '412', phones: ['+7 1', '+47 2'], password: 'pw-dmitri' },
  { uid: 'elif', given: 'Elif', family: 'Eriksen', department: 'sales', badge: '150', city: 'Oslo', phones: ['+47 3'], password: 'pw-elif' },
  { uid: 'farid', given: 'Farid', family: 'Fischer', mail: 'farid@example.com', department: 'Support', badge: '205', city: 'San José', phones: [], password: 'pw-farid' },
  { uid: 'grace', given: 'Grace', family: 'Garcia', mail: 'grace@example.org', department: 'Support', badge: '999', phones: ['+1 1', '+1 2', '+1 3'], password: 'pw-grace' },
  { uid: 'hiro', given: '太郎', family: 'Haddad', mail: 'hiro@example.com', department: 'Legal', badge: '007', city: '東京', phones: ['+81 1'], password: 'pw-hiro' },
  { uid: 'ingrid', given: 'Ingrid 🐈', family: 'Ivanova', mail: 'ingrid@example.com', department: 'Legal', badge: '500', city: 'Berlin', phones: [], password: 'pw-ingrid' },
  { uid: 'jamal', given: 'Ja*m(a)l\\', family: 'Jensen', mail: 'jamal@example.com', department: 'Sales', badge: '501', city: 'Oslo', phones: ['+47 1'], password: 'pw-jamal' },
  { uid: 'katja', given: 'Katja "Kat"', family: 'Kowalski, von', mail: 'katja@example.com', department: 'Research', badge: '600', city: 'Köln', phones: ['+49 2'], password: 'pw-katja' },
  { uid: 'lars', given: 'lars', family: 'Larsen', mail: 'lars@example.com', department: 'Support', badge: '205', city: 'oslo', phones: [], password: 'pw-lars' },
];

const quoted = (value: string): string => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '""')}"`;

/** `first name` shows how a blank in a header becomes `_` in the attribute's name. */
export const CSV_HEADER = 'uid,first name,lastName,mail,department,badge,city,password';

export function csvRow({ uid, given, family, mail = '', department, badge, city = '', password }: Person): string {
  return [uid, given, family, mail, department, badge, city, password].map(quoted).join(',');
}

export function peopleCsv(people: readonly Person[] = PEOPLE): string {
  return [CSV_HEADER, ...people.map(csvRow), ''].join('\n');
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

export function personLdif(person: Person, parent: string): string {
  const attributes: readonly (readonly [string, string | undefined])[] = [
    ['uid', person.uid], ['cn', `${person.given} ${person.family}`], ['sn', person.family], ['givenName', person.given], ['mail', person.mail],
    ['departmentNumber', person.department], ['employeeNumber', person.badge], ['l', person.city], ['userPassword', person.password],
    ...person.phones.map((phone) => ['telephoneNumber', phone] as const),
  ];
  const lines = attributes.filter(([, value]) => value !== undefined).map(([name, value]) => `${name}:: ${base64(value ?? '')}`);
  return [`dn: uid=${person.uid},${parent}`, 'objectClass: inetOrgPerson', ...lines, '', ''].join('\n');
}

export function peopleLdif(parent: string, people: readonly Person[] = PEOPLE): string {
  return people.map((person) => personLdif(person, parent)).join('');
}
