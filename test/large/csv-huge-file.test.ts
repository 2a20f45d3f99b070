import { open, stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPTION } from '../../protocol/model/index.js';
import { Fixture, plain, removeFixtures } from '../connectors/csv/fixture.js';

const GIBIBYTE = 2 ** 30;
const ROWS = 740;
/** Just under what one record may have: few rows make a large file. */
const ROW_BYTES = 7 * 1024 * 1024;

/**
 * 5.5 GB of rows whose long cell is a hole in the file: zeros, which take no room on the disk and are read like any other bytes.
 * The bytes around it keep blanks, which are trimmed, away from it.
 */
async function writeRows(path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    let at = (await file.write('uid,n,text\n', 0)).bytesWritten;
    for (let row = 0; row < ROWS; row++) {
      const head = `u${row},${row},x`;
      await file.write(head, at);
      at += ROW_BYTES;
      await file.write('x\n', at - 2);
    }
  } finally {
    await file.close();
  }
}

describe('a file of more than 5 GB', () => {
  let fixture: Fixture;
  let peak = 0;
  const watch = setInterval(() => { peak = Math.max(peak, process.memoryUsage().rss); }, 50);

  beforeAll(async () => {
    fixture = await Fixture.of('');
    await writeRows(fixture.path);
    expect((await stat(fixture.path)).size).toBeGreaterThan(5 * GIBIBYTE);
  });
  afterAll(async () => {
    clearInterval(watch);
    await removeFixtures();
  });

  it('is searched to its end, page by page too, beyond where 32 bits end', async () => {
    const before = process.memoryUsage().rss;
    let cookie: string | undefined;
    const seen: string[] = [];
    do {
      const { objects, end } = await fixture.all({ [OPTION.pageSize]: 10, ...(cookie === undefined ? { [OPTION.pagedResultsOffset]: ROWS - 30 } : { [OPTION.pagedResultsCookie]: cookie }) });
      seen.push(...objects.map(({ uid }) => uid.value));
      cookie = end?.pagedResultsCookie ?? undefined;
    } while (cookie !== undefined);
    expect(seen).toEqual(Array.from({ length: 30 }, (_, index) => `u${ROWS - 30 + index}`));
    expect(peak - before).toBeLessThan(GIBIBYTE / 2);
  }, 240_000);

  it('gives the last row by its uid, and takes and finds a row behind it', async () => {
    expect(plain(await fixture.get(`u${ROWS - 1}`))?.['n']).toBe(String(ROWS - 1));
    await fixture.create({ __NAME__: 'new', n: 'last' });
    expect(plain(await fixture.get('new'))).toEqual({ n: 'last' });
    const file = await open(fixture.path);
    const { size } = await file.stat();
    expect((await file.read(Buffer.alloc(14), 0, 14, size - 14)).buffer.toString()).toBe('"new","last",\n');
    await file.close();
  }, 240_000);
});
