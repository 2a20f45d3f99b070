import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { JsonObject } from '../../../../controller/crest/json.js';
import type { CallerContext, CrestRequest, Resource } from '../../../../controller/crest/request.js';
import { MappingBook } from '../../../../controller/mappings/mapping-book.js';
import { mappingRequests } from '../../../../controller/mappings/mapping-requests.js';

let folder: string;
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'causeway-mappings-')); });
afterEach(() => rm(folder, { recursive: true, force: true }));

const GOOD = { name: 'good', source: 'system/a/account', target: 'system/b/account', enableSync: false };
const BAD = { name: 'bad', source: 'system/a/account', target: 'nowhere', policies: [{ situation: 'ABSENT', action: 'NOTHING' }] };
const CONTEXT: CallerContext = { signal: new AbortController().signal, caller: 'anna', transactionId: 't' };

function handler() {
  const runs: JsonObject[] = [{ _id: '1', mapping: 'good' }, { _id: '2', mapping: 'other' }, { _id: '3', mapping: 'good' }];
  return mappingRequests({ book: new MappingBook(folder), runs: () => Promise.resolve(runs) });
}
const base = { fields: [], parameters: new Map<string, string>() } as unknown as Pick<CrestRequest, 'fields' | 'parameters'>;

async function query(): Promise<Resource[]> {
  const answer = await handler()({ ...base, kind: 'query', path: [], by: { kind: 'filter', filter: { kind: 'literal', value: true } }, sortKeys: [], pageSize: 0, pagedResultsCookie: undefined, pagedResultsOffset: 0, totalPagedResultsPolicy: 'NONE' } as unknown as CrestRequest, CONTEXT);
  if (answer.kind !== 'query') throw new Error('no query');
  const rows: Resource[] = [];
  for await (const row of answer.rows) rows.push(row);
  return rows;
}

const read = (name: string): Promise<unknown> => handler()({ ...base, kind: 'read', path: [name] }, CONTEXT);

it('a file that is none is told, and what is not there is not found', async () => {
  await writeFile(join(folder, 'sync.json'), '{');
  await expect(read('good')).rejects.toMatchObject({ code: 409, message: expect.stringContaining('no valid JSON') as unknown });
  await writeFile(join(folder, 'sync.json'), JSON.stringify({ mappings: [GOOD] }));
  await expect(read('gone')).rejects.toMatchObject({ code: 404 });
  await expect(handler()({ ...base, kind: 'delete', path: ['good'], revision: undefined }, CONTEXT)).rejects.toMatchObject({ code: 501 });
});

it('mappings come with their last run; one that cannot be used with all that is wrong, as it stands in the file', async () => {
  await writeFile(join(folder, 'sync.json'), JSON.stringify({ mappings: [GOOD, BAD] }));
  const [good, bad] = await query();
  expect(good).toMatchObject({ id: 'good', content: { source: 'system/a/account', enableSync: false, problems: [], lastRun: { _id: '3' }, definition: GOOD, defaultActions: { ABSENT: 'CREATE', UNQUALIFIED: 'DELETE' } } });
  expect(bad).toMatchObject({ id: 'bad', content: { target: 'nowhere', enableSync: true, lastRun: null, definition: BAD } });
  expect((bad?.content['problems'] as string[]).join()).toMatch(/target must be an object set/);
});
