import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';

/** The columns; the first is the uid. */
export const COLUMNS = ['uid', 'firstName', 'lastName', 'email', 'department', 'title', 'telephone', 'city'] as const;

/**
 * What searches ask for, as OpenIDM always names what it wants: all columns but the uid's, which Java's connector gives
 * twice, as `__UID__` and as an attribute, when nothing is named.
 */
export const WANTED: readonly string[] = COLUMNS.slice(1);

const GIVEN = ['Ada', 'Björn', 'Carla', 'Deniz', 'Emeka', 'Françoise', 'Grete', 'Hiroshi', 'Ines', 'Jakub', 'Kofi', 'Leïla'];
const FAMILY = ['Anders', 'Bauer', 'Castillo', 'Dubois', 'Eriksen', 'Fischer', 'Garcia', 'Hoffmann', 'Ivanova', 'Jensen', 'Kowalski', 'Müller'];
const CITIES = ['Berlin', 'Bristol', 'Frankfurt am Main', 'Grenoble', 'Lausanne', 'Lisboa', 'San Francisco'];
const TITLES = ['Engineer', 'Senior Engineer, Platform', 'Accountant', 'Sales Representative', 'Technician'];
const ROWS_AT_ONCE = 1000;

function row(number: number): string {
  const given = GIVEN[number % GIVEN.length] ?? '';
  const family = FAMILY[(number * 7) % FAMILY.length] ?? '';
  const title = TITLES[number % TITLES.length] ?? '';
  const cells = [
    `user${String(number).padStart(6, '0')}`, given, family, `user${number}@example.com`, `Dept ${100 + (number % 37)}`, title.includes(',') ? `"${title}"` : title,
    `+49 30 ${100_000 + number}`, CITIES[number % CITIES.length] ?? '',
  ];
  return cells.join(',');
}

/** Writes a CSV file of people with a header: eight columns, some cells quoted, some not ASCII. */
export async function writePeopleCsv(path: string, rows: number): Promise<void> {
  const file = createWriteStream(path);
  file.write(`${COLUMNS.join(',')}\n`);
  for (let from = 0; from < rows; from += ROWS_AT_ONCE) {
    const block = Array.from({ length: Math.min(ROWS_AT_ONCE, rows - from) }, (_, i) => `${row(from + i)}\n`).join('');
    if (!file.write(block)) await once(file, 'drain');
  }
  file.end();
  await finished(file);
}
