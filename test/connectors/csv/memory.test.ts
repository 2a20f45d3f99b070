import { createWriteStream } from 'node:fs';
import { stat, utimes } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fixture, plain, removeFixtures } from './fixture.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const ROWS = 100_000;
const MEBIBYTE = 1024 * 1024;
/** Far below the 40 MiB of the file; most of it is the table of uids. */
const BOUND = 16 * MEBIBYTE;

function inUse(): number {
  collectGarbage();
  collectGarbage(); // buffers the first one found are given back beside it; the second waits for that
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function* rows(): Generator<string, void, void> {
  yield 'uid,mail,note\n';
  for (let row = 0; row < ROWS; row++) yield `user${row},user${row}@example.com,"${'a note, that needs quotes. '.repeat(15)}"\n`;
}

describe('with a file of 40 MiB, memory does not follow the size of the file', () => {
  let fixture: Fixture;

  beforeEach(async () => {
    fixture = await Fixture.of('');
    await pipeline(Readable.from(rows()), createWriteStream(fixture.path));
    await utimes(fixture.path, 1_700_000_000, 1_700_000_000);
    expect((await stat(fixture.path)).size).toBeGreaterThan(40 * MEBIBYTE);
  });
  afterEach(removeFixtures);

  it('search, however long the consumer keeps it open', async () => {
    const before = inUse();
    let seen = 0;
    let most = 0;
    for await (const { uid } of fixture.search()) {
      if (uid.value === '') break;
      if (++seen % 20_000 === 0) most = Math.max(most, inUse());
    }
    expect(seen).toBe(ROWS);
    expect(most - before).toBeLessThan(BOUND);
  }, 60_000);

  it('get, update, create, delete and sync', async () => {
    const before = inUse();
    const { token } = await fixture.changes(null);
    expect(plain(await fixture.get('user99999'))?.['mail']).toBe('user99999@example.com');
    await fixture.update('user50000', { note: 'short' });
    await fixture.delete('user50001');
    await fixture.create({ __NAME__: 'new' });
    expect(inUse() - before).toBeLessThan(BOUND);
    let seen = 0;
    for await (const delta of fixture.sync(token ?? null)) {
      seen++;
      expect(inUse() - before).toBeLessThan(BOUND);
      expect(['user50000', 'user50001', 'new']).toContain(delta.uid.value);
    }
    expect(seen).toBe(3);
  }, 60_000);
});
