import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import type { EntryTree } from './directory/entry-tree.js';
import { fullName, person, type Person } from './people.js';

export const SUFFIX = 'dc=example,dc=com';
export const PEOPLE = `ou=People,${SUFFIX}`;

/** How many people the HR file holds on the first night. */
export const PEOPLE_COUNT = 10_000;
const ALREADY_IN_DIRECTORY = 8_700;
const UNKNOWN_ACCOUNTS = 300;
const HIRES = 200;

const HEADER = ['uid', 'givenName', 'sn', 'cn', 'mail', 'departmentNumber', 'title', 'employeeNumber'] as const;

function quoted(value: string): string {
  return /[",\n\\]/.test(value) ? `"${value.replace(/(["\\])/g, '\\$1')}"` : value;
}

function line(who: Person): string {
  const row = { ...who, cn: fullName(who) };
  return `${HEADER.map((column) => quoted(row[column])).join(',')}\n`;
}

/** Writes the HR export the way HR systems do: to a new file that then takes the old one's place. */
async function writeHrFile(path: string, people: Iterable<Person>): Promise<void> {
  const out = createWriteStream(`${path}.new`);
  out.write(`${HEADER.join(',')}\n`);
  for (const who of people) if (!out.write(line(who))) await once(out, 'drain');
  out.end();
  await once(out, 'close');
  await rename(`${path}.new`, path);
}

function* firstNight(): Generator<Person> {
  for (let number = 0; number < PEOPLE_COUNT; number += 1) yield person(number);
}

/** A day later: every 60th has left, every 40th has a new job, and there are new hires. */
function* secondNight(): Generator<Person> {
  for (let number = 0; number < PEOPLE_COUNT + HIRES; number += 1) {
    if (number % 60 === 59) continue;
    yield number % 40 === 7 ? { ...person(number), title: 'Director', departmentNumber: '900' } : person(number);
  }
}

export function writeFirstHrFile(path: string): Promise<void> {
  return writeHrFile(path, firstNight());
}

export function writeSecondHrFile(path: string): Promise<void> {
  return writeHrFile(path, secondNight());
}

function addPerson(tree: EntryTree, who: Person): void {
  const attributes = { ...who, cn: fullName(who) };
  tree.add(`uid=${who.uid},${PEOPLE}`, [
    { name: 'objectClass', values: ['top', 'person', 'organizationalPerson', 'inetOrgPerson'] },
    ...HEADER.map((name) => ({ name, values: [attributes[name]] })),
  ]);
}

/** The directory as it stood before: most people, some with an outdated title, and accounts nobody knows. */
export function fillDirectory(tree: EntryTree): void {
  tree.add(SUFFIX, [{ name: 'objectClass', values: ['top', 'domain'] }, { name: 'dc', values: ['example'] }]);
  tree.add(PEOPLE, [{ name: 'objectClass', values: ['top', 'organizationalUnit'] }, { name: 'ou', values: ['People'] }]);
  for (let number = 0; number < ALREADY_IN_DIRECTORY; number += 1) {
    addPerson(tree, number % 20 === 3 ? { ...person(number), title: 'Trainee' } : person(number));
  }
  for (let number = 0; number < UNKNOWN_ACCOUNTS; number += 1) {
    addPerson(tree, { ...person(50_000 + number), uid: `contractor${number}`, employeeNumber: `X${number}` });
  }
}

/** What somebody did by hand in the directory during the day. */
export function meddleWithDirectory(tree: EntryTree): void {
  for (let number = 100; number < 140; number += 1) tree.remove(`uid=${person(number).uid},${PEOPLE}`);
}
