import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import fc from 'fast-check';
import { layoutOf } from '../../../connectors/catalog/csv/format/dialect.js';
import { Table } from '../../../connectors/catalog/csv/format/table.js';
import { DigestTable, digestOf } from '../../../connectors/catalog/csv/lookup/digest-table.js';
import { UniqueCheck } from '../../../connectors/catalog/csv/lookup/unique-check.js';
import { UidIndex } from '../../../connectors/catalog/csv/lookup/uid-index.js';
import { Fixture, call, removeFixtures } from './fixture.js';

afterEach(removeFixtures);

describe('the digest table', () => {
  it('holds what a map holds', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.string(), fc.integer({ min: 0, max: 2 ** 32 - 1 })), { maxLength: 3000 }), (entries) => {
      const table = new DigestTable();
      for (const [key, value] of entries) table.set(table.insert(digestOf(key)), 1, value);
      const map = new Map(entries);
      expect(table.size).toBe(map.size);
      for (const [key, value] of map) expect(table.get(table.find(digestOf(key)), 1)).toBe(value);
      expect(table.find(digestOf('a key that is not there'))).toBe(-1);
    }), { numRuns: 20 });
  });

  it('keeps all entries when it grows, and only those wanted when it is compacted', () => {
    const table = new DigestTable();
    for (let key = 0; key < 50_000; key++) table.set(table.insert(digestOf(`k${key}`)), 0, key);
    const compact = table.compacted((slot) => table.get(slot, 0) % 2 === 0);
    expect(compact.size).toBe(25_000);
    expect(compact.find(digestOf('k49999'))).toBe(-1);
    expect(compact.get(compact.find(digestOf('k49998')), 0)).toBe(49_998);
  });
});

describe('the uid index', () => {
  const indexOf = async (content: string): Promise<UidIndex> => {
    const fixture = await Fixture.of(content);
    const table = await Table.open(fixture.path, layoutOf(fixture.config));
    try {
      return (await UidIndex.build(table, call().signal))!;
    } finally {
      await table.close();
    }
  };

  it('knows offsets beyond 4 GiB', async () => {
    const index = await indexOf('uid\n');
    index.appended([{ uid: 'far', offset: 2 ** 40 + 7 }]);
    expect(index.find('far')).toBe(2 ** 40 + 7);
    index.rewritten([{ start: 5, end: 9, replacement: Buffer.alloc(1), oldUid: 'x', newUid: 'y' }], []);
    expect(index.find('far')).toBe(2 ** 40 + 4);
    expect(index.find('y')).toBe(5);
  });

  it('forgets what was removed, also after very many changes', async () => {
    const index = await indexOf('uid\na\n');
    for (let round = 0; round < 5000; round++) {
      index.appended([{ uid: `u${round}`, offset: 6 }]);
      index.rewritten([{ start: 6, end: 9, replacement: Buffer.alloc(0), oldUid: `u${round}`, newUid: undefined }], []);
    }
    expect(index.find('u4999')).toBeUndefined();
    expect(index.find('a')).toBe(4);
    expect(index.byteLength).toBeLessThan(200_000);
  });
});

describe('a file with more rows than an index may hold', () => {
  let small: typeof Fixture;

  beforeEach(async () => {
    vi.resetModules();
    vi.doMock('../../../connectors/catalog/csv/limits.js', async (original) => ({ ...await original<object>(), MAX_TABLE_ENTRIES: 4 }));
    small = (await import('./fixture.js')).Fixture;
  });
  afterEach(async () => {
    await (await import('./fixture.js')).removeFixtures();
    vi.doUnmock('../../../connectors/catalog/csv/limits.js');
    vi.resetModules();
  });

  it('is read, written and synchronized all the same', async () => {
    const fixture = await small.of(`uid,v\n${Array.from({ length: 30 }, (_, row) => `u${row},${row}\n`).join('')}twin,1\ntwin,2\n`);
    const { token } = await fixture.changes(null);
    await fixture.update('u3', { v: 'x' });
    await Promise.all([fixture.create({ __NAME__: 'new' }), fixture.update('u7', { __NAME__: 'u77' }), fixture.delete('u8')]);
    expect((await fixture.get('u77'))?.get('v')?.values).toEqual(['7']);
    await expect(fixture.create({ __NAME__: 'u5' })).rejects.toMatchObject({ kind: 'alreadyExists' });
    await expect(fixture.delete('u8')).rejects.toMatchObject({ kind: 'unknownUid' });
    await expect(fixture.delete('twin')).rejects.toMatchObject({ kind: 'connector' });
    await fixture.write((await fixture.text()).replace('twin,2\n', ''));
    const { deltas } = await fixture.changes(token ?? null);
    expect(deltas.map(({ kind, uid }) => `${kind} ${uid.value}`).sort()).toEqual(['CREATE new', 'CREATE u77', 'DELETE u7', 'DELETE u8', 'UPDATE twin', 'UPDATE u3']);
  });
});

describe('records longer than a chunk', () => {
  it('are read and written whole', async () => {
    const value = `${'x"\n,'.repeat(400_000)}end`;
    const fixture = await Fixture.of('uid,v\na,1\n');
    await fixture.create({ __NAME__: 'long', v: value });
    await fixture.update('a', { v: '2' });
    expect((await fixture.get('long'))?.get('v')?.single).toBe(value);
    expect(await fixture.uids()).toEqual(['a', 'long']);
  });

  it('are refused from 8 MiB on, when read as when written', async () => {
    const fixture = await Fixture.of(`uid,v\na,1\n"b,${'2\n'.repeat(12_000_000)}`);
    await expect(fixture.uids()).rejects.toMatchObject({ kind: 'connector', message: expect.stringMatching(/line 3: the record that starts here is longer than 8388608 bytes; most likely a quote in it is never closed/) as unknown });
    const other = await Fixture.of('uid,v\n');
    await expect(other.create({ __NAME__: 'a', v: 'x'.repeat(9_000_000) })).rejects.toMatchObject({ kind: 'invalidAttributeValue', message: expect.stringMatching(/bytes long/) as unknown });
    expect(await other.text()).toBe('uid,v\n');
  });
});

describe('the check for repeated uids', () => {
  it('notices every repetition, among many uids and across growth', () => {
    const check = new UniqueCheck();
    const uids = Array.from({ length: 50_000 }, (_, row) => `user${row}`);
    expect(uids.filter((uid) => check.mayBeRepeated(uid))).toEqual([]);
    expect(uids.filter((uid) => check.mayBeRepeated(uid))).toHaveLength(uids.length);
  });

  it('tells uids apart that differ in their first, last or order of characters, in case, or beyond ASCII', () => {
    const check = new UniqueCheck();
    for (const uid of ['abc', 'xbc', 'abx', 'acb', 'ABC', 'ab', 'abcc', 'äbc', 'a\u0308bc', '']) expect(check.mayBeRepeated(uid)).toBe(false);
  });
});
