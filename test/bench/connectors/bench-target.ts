import type { JavaTarget } from '../ends/java-search.js';

/** A system with many rows, and the same read made without us. */
export interface BenchTarget {
  readonly name: string;
  /** The client that reads it directly. */
  readonly driver: string;
  /** Leaves exactly `rows` people of ten attributes. */
  load(rows: number): Promise<void>;
  /** Content of a provisioner file with an object type `account` of those attributes. */
  provisioner(agent: string): object;
  /** Reads every row with the driver, in a stream, and makes an object of names and values of each. Answers how many. */
  readDirectly(): Promise<number>;
  /** What the released Java connector is told to read the same; undefined where it is not at hand. */
  java?(): JavaTarget;
  stop(): Promise<void>;
}

const GIVEN = ['Amina', 'Boris', 'Chloe', 'Dmitri', 'Elif', 'Farid', 'Grace', 'Hiro', 'Ingrid', 'Jamal', 'Katja'];
const FAMILY = ['Abara', 'Bergman', 'Castillo', 'Dubois', 'Eriksen', 'Fischer', 'Garcia', 'Haddad', 'Ivanova', 'Jensen', 'Kowalski', 'Larsen', 'Moreau'];

export const COLUMNS = ['uid', 'cn', 'sn', 'givenName', 'mail', 'title', 'employeeNumber', 'departmentNumber', 'telephoneNumber', 'description'] as const;

/** The row of a person: ordinary texts in the order of {@link COLUMNS}. */
export function personRow(number: number): readonly string[] {
  const given = GIVEN[number % GIVEN.length] ?? '';
  const family = FAMILY[number % FAMILY.length] ?? '';
  return [
    `user${number}`, `${given} ${family}`, family, given, `user${number}@example.com`, `Engineer ${number % 9}`, String(1_000_000 + number),
    String(100 + (number % 37)), `+49 30 ${100_000 + number}`, `Works in room ${number % 500}, since ${1990 + (number % 35)}`,
  ];
}

/** `objectTypes` of a provisioner file for these columns, the first of which is the name. */
export function personTypes(): object {
  const property = (nativeName: string): object => ({ type: 'string', nativeName, nativeType: 'string' });
  const properties = Object.fromEntries(COLUMNS.map((column, index) => [column, property(index === 0 ? '__NAME__' : column)]));
  return { account: { $schema: 'http://json-schema.org/draft-03/schema', id: '__ACCOUNT__', type: 'object', nativeType: '__ACCOUNT__', properties } };
}
