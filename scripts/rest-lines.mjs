/** `node scripts/rest-lines.mjs`: lines of code (not blank, no comment alone) of each connector on the REST engine: its definition, and its tests with their fake. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

const catalog = join(root, 'connectors/catalog');

function filesIn(folder) {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.name.endsWith('.ts')).map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

function linesOf(file) {
  const text = readFileSync(file, 'utf8').replace(/\/\*[^]*?\*\//g, '');
  return text.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('//')).length;
}

const sum = (files) => files.map(linesOf).reduce((total, lines) => total + lines, 0);
const ids = readdirSync(catalog).filter((id) => filesIn(join(catalog, id)).some((file) => readFileSync(file, 'utf8').includes('defineRestConnector('))).sort();
const rows = ids.map((id) => ({ id, files: filesIn(join(catalog, id)).length, lines: sum(filesIn(join(catalog, id))), tests: sum(filesIn(join(root, 'test/connectors', id))) }));
const sorted = rows.map(({ lines }) => lines).sort((a, b) => a - b);
const middle = Math.floor(sorted.length / 2);
const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;

console.log('| connector | files | lines of definition | lines of tests and fake |\n| --- | --- | --- | --- |');
for (const { id, files, lines, tests } of rows) console.log(`| ${id} | ${files} | ${lines} | ${tests} |`);
console.log(`\n${rows.length} connectors on the REST engine; median ${median} lines of definition.`);
