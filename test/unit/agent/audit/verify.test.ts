import { copyFile, mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyedChain, type ChainHash } from '../../../../agent/audit/chain-hash.js';
import { verifyAuditLog, type VerifyOptions } from '../../../../agent/audit/read/verify.js';
import type { VerifyReport } from '../../../../agent/audit/read/verify-report.js';
import { AuditWorld, clearKey, deletion } from '../../../support/audit-world.js';

const KEY = 'a key of more than sixteen bytes';

interface Written {
  readonly world: AuditWorld;
  readonly keys: readonly ChainHash[];
}

/** Three files or so, of about ten lines each. */
async function written(key?: string): Promise<Written> {
  const world = await AuditWorld.make();
  const log = await world.open({ rotateSize: 4000, fsync: 'always', ...(key === undefined ? {} : { key: clearKey(key) }) });
  for (let n = 0; n < 30; n++) await log.operation(deletion(`uid=${n},ou=people,dc=example,dc=com`, { messageId: n }));
  await log.close();
  return { world, keys: key === undefined ? [] : [keyedChain(key)] };
}

/** Runs on a copy of the files. */
async function onCopy<T>({ world }: Written, work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'causeway-audit-copy-'));
  try {
    for (const name of await readdir(world.path)) await copyFile(join(world.path, name), join(directory, name));
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function linesOf(directory: string, file: string): Promise<string[]> {
  return (await readFile(join(directory, file), 'latin1')).split('\n').slice(0, -1);
}

async function setLines(directory: string, file: string, lines: readonly string[]): Promise<void> {
  await writeFile(join(directory, file), lines.map((line) => `${line}\n`).join(''), 'latin1');
}

const places = (report: VerifyReport): string[] => report.faults.map(({ kind, file, line }) => `${kind} ${file}:${line}`);

describe.each([['without a key', undefined], ['with a key', KEY]])('a chain %s', (_title, key) => {
  let whole: Written;
  let files: string[];
  beforeAll(async () => {
    whole = await written(key);
    files = await whole.world.files();
  });
  afterAll(() => whole.world.remove());
  const verify = (directory: string, more: Partial<VerifyOptions> = {}): Promise<VerifyReport> => verifyAuditLog({ directory, keys: whole.keys, ...more });

  it('verifies as it was written, over several files', async () => {
    expect(files.length).toBeGreaterThanOrEqual(3);
    const report = await verify(whole.world.path);
    expect(report).toMatchObject({ ok: true, faults: [], files: files.length, first: 1, last: 30 + files.length, lines: 30 + files.length });
  });

  it('names file and line of a changed value', () => onCopy(whole, async (directory) => {
    const lines = await linesOf(directory, files[1]!);
    lines[2] = lines[2]!.replace('"outcome":"ok"', '"outcome":"failed"');
    await setLines(directory, files[1]!, lines);
    expect(places(await verify(directory))).toEqual([`changed ${files[1]}:3`]);
  }));

  it('names the line of a changed hash', () => onCopy(whole, async (directory) => {
    const lines = await linesOf(directory, files[1]!);
    lines[2] = lines[2]!.replace(/"hash":"./, (found) => `${found.slice(0, -1)}${found.endsWith('0') ? '1' : '0'}`);
    await setLines(directory, files[1]!, lines);
    expect(places(await verify(directory))).toEqual([`changed ${files[1]}:3`]);
  }));

  it('names where lines are missing, in the middle of a file', () => onCopy(whole, async (directory) => {
    const lines = await linesOf(directory, files[0]!);
    lines.splice(3, 2);
    await setLines(directory, files[0]!, lines);
    const report = await verify(directory);
    expect(places(report)).toEqual([`removed ${files[0]}:4`]);
    expect(report.faults[0]?.text).toContain('2 lines are missing before it');
  }));

  it('finds lines missing at the end of a file that is not the last', () => onCopy(whole, async (directory) => {
    const lines = await linesOf(directory, files[0]!);
    await setLines(directory, files[0]!, lines.slice(0, -1));
    expect(places(await verify(directory))).toContain(`changed ${files[1]}:1`);
  }));

  it('names an inserted copy of a line', () => onCopy(whole, async (directory) => {
    const lines = await linesOf(directory, files[1]!);
    lines.splice(5, 0, lines[2]!);
    await setLines(directory, files[1]!, lines);
    expect(places(await verify(directory))).toEqual([`out-of-order ${files[1]}:6`]);
  }));

  it('finds two lines that changed places', () => onCopy(whole, async (directory) => {
    const lines = await linesOf(directory, files[1]!);
    [lines[4], lines[5]] = [lines[5]!, lines[4]!];
    await setLines(directory, files[1]!, lines);
    expect(places(await verify(directory))).toEqual([`removed ${files[1]}:5`, `out-of-order ${files[1]}:6`]);
  }));

  it('finds lines missing at the very end, by the head', () => onCopy(whole, async (directory) => {
    const last = files.at(-1)!;
    const lines = await linesOf(directory, last);
    await setLines(directory, last, lines.slice(0, -2));
    const report = await verify(directory);
    expect(places(report)).toEqual([`truncated ${last}:${lines.length - 1}`]);
    expect(report.faults[0]?.text).toContain('2 lines are missing at the end');
  }));

  it('finds the last file missing, by the head', () => onCopy(whole, async (directory) => {
    await rm(join(directory, files.at(-1)!));
    expect(places(await verify(directory)).some((place) => place.startsWith('truncated'))).toBe(true);
  }));

  it('finds the first file missing: nobody said it was removed', () => onCopy(whole, async (directory) => {
    await rm(join(directory, files[0]!));
    expect(places(await verify(directory))).toEqual([`removed ${files[0]}:0`]);
  }));

  it('finds a file missing between others', () => onCopy(whole, async (directory) => {
    await rm(join(directory, files[1]!));
    expect(places(await verify(directory))).toContain(`removed ${files[1]}:0`);
  }));

  it('finds the head missing or changed', () => onCopy(whole, async (directory) => {
    const head = await readFile(join(directory, 'head.json'), 'latin1');
    await writeFile(join(directory, 'head.json'), head.replace(/"seq":\d+/, '"seq":20'), 'latin1');
    expect(places(await verify(directory))).toEqual(['head head.json:0']);
    await rm(join(directory, 'head.json'));
    expect(places(await verify(directory))).toEqual(['head head.json:0']);
  }));

  it('compares with anchors that were kept elsewhere', () => onCopy(whole, async (directory) => {
    const line = JSON.parse((await linesOf(directory, files[1]!))[4]!) as { seq: number; hash: string };
    const anchor = { sequence: line.seq, hash: line.hash };
    expect((await verify(directory, { anchors: [anchor] })).ok).toBe(true);
    expect(places(await verify(directory, { anchors: [{ ...anchor, hash: 'f'.repeat(64) }] }))).toEqual([`anchor ${files[1]}:5`]);
    expect((await verify(directory, { anchors: [{ sequence: 9999, hash: line.hash }] })).faults[0]?.kind).toBe('anchor');
  }));

  it('takes what follows the head for lines that were just written', () => onCopy(whole, async (directory) => {
    const head = await readFile(join(directory, 'head.json'), 'latin1');
    expect(head).toMatch(/"seq":/);
    const { lines } = await verify(directory);
    const last = files.at(-1)!;
    const text = await readFile(join(directory, last), 'latin1');
    await writeFile(join(directory, last), `${text}{"at":"2026-`, 'latin1');
    const report = await verify(directory);
    expect(report).toMatchObject({ ok: true, lines });
    expect(report.notes.join()).toContain('ends in the middle of a line');
  }));

  it('finds any single change, removal, repetition, swap and truncation of lines', async () => {
    const all = (await Promise.all(files.map(async (file) => (await linesOf(whole.world.path, file)).map((line, index) => ({ file, line, index }))))).flat();
    const place = fc.nat({ max: all.length - 1 });
    const edit = fc.oneof(
      fc.record({ kind: fc.constant('change' as const), at: place, byte: fc.nat(), to: fc.integer({ min: 0x20, max: 0x7e }) }),
      fc.record({ kind: fc.constant('remove' as const), at: place }),
      fc.record({ kind: fc.constant('repeat' as const), at: place, from: place }),
      fc.record({ kind: fc.constant('swap' as const), at: place, from: place }),
      fc.record({ kind: fc.constant('truncate' as const), at: place, byte: fc.nat() }),
    );
    await fc.assert(fc.asyncProperty(edit, (change) => onCopy(whole, async (directory) => {
      const { file, index } = all[change.at]!;
      const lines = await linesOf(directory, file);
      if (change.kind === 'change') {
        const line = lines[index]!;
        const byte = change.byte % line.length;
        fc.pre(line.charCodeAt(byte) !== change.to);
        lines[index] = `${line.slice(0, byte)}${String.fromCharCode(change.to)}${line.slice(byte + 1)}`;
        await setLines(directory, file, lines);
      } else if (change.kind === 'remove') {
        lines.splice(index, 1);
        await setLines(directory, file, lines);
      } else if (change.kind === 'repeat') {
        lines.splice(index, 0, all[change.from]!.line);
        await setLines(directory, file, lines);
      } else if (change.kind === 'swap') {
        fc.pre(change.at !== change.from);
        const other = all[change.from]!;
        lines[index] = other.line;
        await setLines(directory, file, lines);
        const others = await linesOf(directory, other.file);
        others[other.index] = all[change.at]!.line;
        await setLines(directory, other.file, others);
      } else {
        const keep = lines.slice(0, index).reduce((sum, line) => sum + line.length + 1, 0) + change.byte % (lines[index]!.length + 1);
        await truncate(join(directory, file), keep);
      }
      const report = await verify(directory);
      expect(report.ok, JSON.stringify(change)).toBe(false);
      expect(report.faults[0]?.file).toMatch(/^audit-/);
    })), { numRuns: 250 });
  });
});

describe('a key', () => {
  it('is needed to make a line: a chain made anew without it is found', async () => {
    const keyed = await written(KEY);
    const plain = await written();
    try {
      const report = await verifyAuditLog({ directory: plain.world.path, keys: keyed.keys });
      expect(report.faults.map(({ kind }) => kind)).toContain('key');
    } finally {
      await keyed.world.remove();
      await plain.world.remove();
    }
  });

  it('is needed to verify, and a wrong one is found out', async () => {
    const { world } = await written(KEY);
    try {
      expect((await verifyAuditLog({ directory: world.path })).faults.map(({ kind }) => kind)).toContain('key');
      expect((await verifyAuditLog({ directory: world.path, keys: [keyedChain('another key of sixteen bytes')] })).ok).toBe(false);
    } finally {
      await world.remove();
    }
  });

  it('can be changed: the next file is chained with the new one, on from the old', async () => {
    const { world, keys } = await written(KEY);
    try {
      const log = await world.open({ key: clearKey('a second key of many bytes') });
      await log.operation(deletion('u'));
      await log.close();
      const report = await verifyAuditLog({ directory: world.path, keys: [...keys, keyedChain('a second key of many bytes')] });
      expect(report).toMatchObject({ faults: [], ok: true });
    } finally {
      await world.remove();
    }
  });

  it('that is too short is refused', async () => {
    const world = await AuditWorld.make();
    try {
      await expect(world.open({ key: clearKey('short') })).rejects.toThrow(/audit\.key: .*shorter than 16 bytes/);
    } finally {
      await world.remove();
    }
  });
});
