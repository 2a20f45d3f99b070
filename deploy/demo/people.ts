/** People of an invented company: always the same ones, so that every run of the demo counts the same. */
export interface Person {
  readonly uid: string;
  readonly givenName: string;
  readonly sn: string;
  readonly mail: string;
  readonly departmentNumber: string;
  readonly title: string;
  readonly employeeNumber: string;
}

const GIVEN_NAMES = [
  'Amina', 'Björn', 'Chloé', 'Dmitri', 'Elif', 'Farid', 'Grace', 'Hiro', 'Ingrid', 'Jamal', 'Katja', 'Liam', 'Mei', 'Noor', 'Oskar', 'Priya',
  'Quentin', 'Rosa', 'Søren', 'Tomás', 'Uma', 'Viktor', 'Wanjiru', 'Xenia', 'Yusuf', 'Zoë',
];
const FAMILY_NAMES = [
  'Abara', 'Bergström', 'Castillo', 'Dubois', 'Eriksen', 'Fischer', 'García', 'Haddad', 'Ivanova', "O'Brien", 'Jensen', 'Kowalski', 'Larsen',
  'Müller', 'Nakamura', 'Okafor', 'Petrov', 'Quispe', 'Rossi', 'Silva', 'Tanaka', 'Usman', 'Virtanen', 'Walker', 'Yılmaz', 'Zhang',
];
const TITLES = ['Analyst', 'Engineer', 'Manager, Field Sales', 'Nurse', 'Accountant', 'Technician', 'Team "North" Lead', 'Researcher'];

function pick<T>(list: readonly T[], index: number): T {
  const item = list[index % list.length];
  if (item === undefined) throw new RangeError('An empty list has nothing to pick.');
  return item;
}

/** The person with this number, 0 and up. */
export function person(number: number): Person {
  const givenName = pick(GIVEN_NAMES, number * 7 + Math.floor(number / 26));
  const sn = pick(FAMILY_NAMES, number * 11 + Math.floor(number / 13));
  const plain = `${givenName.charAt(0)}${sn}`.normalize('NFKD').replace(/ı/g, 'i').replace(/[^A-Za-z]/g, '').toLowerCase();
  const uid = `${plain}${String(number).padStart(5, '0')}`;
  return {
    uid, givenName, sn, mail: `${uid}@example.com`,
    departmentNumber: String(100 + (number % 37)),
    title: pick(TITLES, number + Math.floor(number / 8)),
    employeeNumber: String(1_000_000 + number),
  };
}

export function fullName(who: Person): string {
  return `${who.givenName} ${who.sn}`;
}
