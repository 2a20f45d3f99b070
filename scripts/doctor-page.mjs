/** `node scripts/doctor-page.mjs`: writes the tables of docs/doctor.md from the faults `causeway doctor` can name. A test says when they are stale. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withTypeScript } from './load-typescript.mjs';
import { root } from './run.mjs';

const page = join(root, 'docs/doctor.md');
const [start, end] = ['<!-- faults: made by scripts/doctor-page.mjs -->', '<!-- end of faults -->'];
const text = readFileSync(page, 'utf8');
const tables = await withTypeScript(async (load) => (await load('/agent/doctor/fault-tables.ts')).faultTables());
writeFileSync(page, `${text.slice(0, text.indexOf(start) + start.length)}\n${tables}\n${text.slice(text.indexOf(end))}`);
