import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CSV_REF } from '../../support/provisioners.js';
import { COLUMNS, personRow, personTypes, type BenchTarget } from './bench-target.js';

function* lines(rows: number): Generator<string, void, void> {
  yield `${COLUMNS.join(',')}\n`;
  for (let number = 0; number < rows; number++) yield `${personRow(number).map((value) => `"${value}"`).join(',')}\n`;
}

/** One line, quotes considered: what a program of thirty lines would do. */
function fieldsOf(line: string): string[] {
  const fields: string[] = [];
  for (let at = 0; at < line.length;) {
    if (line.charCodeAt(at) === 0x22) {
      const end = line.indexOf('"', at + 1);
      fields.push(line.slice(at + 1, end));
      at = end + 2;
    } else {
      const end = line.indexOf(',', at);
      fields.push(line.slice(at, end < 0 ? line.length : end));
      at = end < 0 ? line.length : end + 1;
    }
  }
  return fields;
}

/** A file on the local disk; directly: `node:readline` and a split of each line. */
export async function startCsvTarget(): Promise<BenchTarget> {
  const directory = await mkdtemp(join(tmpdir(), 'causeway-bench-csv-'));
  const path = join(directory, 'people.csv');
  return {
    name: 'csv', driver: 'node:readline',
    load: (rows) => pipeline(Readable.from(lines(rows)), createWriteStream(path)),
    provisioner: (agent) => ({ name: 'target', connectorRef: { ...CSV_REF, connectorHostRef: agent }, configurationProperties: { csvFile: path }, objectTypes: personTypes() }),
    java: () => ({ bundle: 'csvfile', connectorName: CSV_REF.connectorName, properties: { csvFile: path, headerUid: 'uid' }, attributes: COLUMNS.slice(1) }),
    async readDirectly() {
      let header: string[] | undefined;
      let rows = 0;
      for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
        const fields = fieldsOf(line);
        if (header === undefined) header = fields;
        else if (Object.fromEntries(header.map((name, index) => [name, fields[index]]))['uid'] !== undefined) rows++;
      }
      return rows;
    },
    stop: () => rm(directory, { recursive: true, force: true }),
  };
}
