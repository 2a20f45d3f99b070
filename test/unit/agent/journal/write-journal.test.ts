import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { ConnectorError, Uid } from '../../../../protocol/model/index.js';
import type { Ended, Intent } from '../../../../agent/journal/journal-record.js';
import { openWriteJournal, type Found, type WriteJournal } from '../../../../agent/journal/write-journal.js';
import { recordedLog } from '../../../support/quiet-log.js';
import { until } from '../../../support/until.js';
import { FaultyDisk } from './faulty-disk.js';

const HOUR = 3_600_000;
const intent = (operationId: string, more: Partial<Intent> = {}): Intent => ({
  operationId, principal: 'idm', kind: 'create', connector: 'csv', systemId: 's', objectClass: '__ACCOUNT__', uid: undefined, nameDigest: 'n', fingerprint: `f-${operationId}`, at: Date.now(), ...more,
});
const applied = (uid: string): Ended => ({ state: 'applied', uid: new Uid(uid) });

async function opened(disk = new FaultyDisk(), more: { maxSize?: number; now?: () => number; segmentBytes?: number } = {}) {
  const log = recordedLog();
  const journal = await openWriteJournal({ disk, log, maxSize: 64 * 1024 ** 2, retention: 24 * HOUR, segmentBytes: 8_192, ...more });
  return { disk, log, journal };
}

async function write(journal: WriteJournal, id: string, ended: Ended, at?: number): Promise<void> {
  const begun = await journal.begin(intent(id, at === undefined ? {} : { at }), false);
  if (begun.kind !== 'new') throw new Error(`${id} was here before`);
  await begun.write.end(ended);
}
const stateOf = (found: Found | { state: string } | undefined): string | undefined => (found === undefined ? undefined : 'state' in found ? found.state : found.outcome.state);

describe('the journal of writes', () => {
  it('has the intent on the disk before a write may begin, and the outcome before it has ended', async () => {
    const { disk, journal } = await opened();
    const begun = await journal.begin(intent('a'), false);
    const crashed = await opened(disk.afterCrash());
    expect(stateOf(await crashed.journal.find('a'))).toBe('unknown');
    expect(crashed.log.at('warn')).toContain('A write was under way when the agent ended; whether it was carried out is not known.');
    if (begun.kind === 'new') await begun.write.end(applied('uid-1'));
    const after = await (await opened(disk.afterCrash())).journal.find('a');
    expect(after).toMatchObject({ outcome: { state: 'applied', uid: new Uid('uid-1') }, intent: { principal: 'idm' } });
  });

  it('syncs once for all that come together', async () => {
    const { disk, journal } = await opened(undefined, { segmentBytes: 1024 ** 2 });
    await write(journal, 'first', applied('0'));
    const before = disk.syncs;
    await Promise.all(Array.from({ length: 100 }, (_, index) => write(journal, `w${index}`, applied(`u${index}`))));
    expect(disk.syncs - before).toBeLessThanOrEqual(6);
  });

  it('never begins an id twice: told the outcome again, also after a restart and out of older segments', async () => {
    const { disk, journal } = await opened();
    const error = new ConnectorError('alreadyExists', 'there is one');
    for (let count = 0; count < 200; count++) await write(journal, `op-${count}`, count === 7 ? { state: 'failed', error } : applied(`uid-${count}`));
    expect((await disk.names()).filter((name) => name.endsWith('.journal')).length).toBeGreaterThan(3);
    for (const { journal: again } of [{ journal }, await opened(disk.afterCrash())]) {
      for (let count = 0; count < 200; count++) {
        const begun = await again.begin(intent(`op-${count}`), false);
        expect(begun).toMatchObject({ kind: 'known', outcome: count === 7 ? { state: 'failed', error: { kind: 'alreadyExists', message: 'there is one' } } : { state: 'applied', uid: { value: `uid-${count}` } } });
      }
    }
  });

  it('lets the same id wait for the write that is under way', async () => {
    const { journal } = await opened();
    const first = await journal.begin(intent('a'), false);
    const second = journal.begin(intent('a'), false);
    expect(stateOf(await journal.find('a'))).toBe('inProgress');
    if (first.kind === 'new') await first.write.end(applied('u'));
    expect(await second).toMatchObject({ kind: 'known', outcome: { state: 'applied' } });
  });

  it.each([
    ['another requester', { principal: 'mallory' }, 'permissionDenied'],
    ['another write', { fingerprint: 'other' }, 'illegalArgument'],
  ] as const)('refuses %s under an id that has been used, running or over', async (_, more, kind) => {
    const { journal } = await opened();
    const first = await journal.begin(intent('a'), false);
    await expect(journal.begin(intent('a', { fingerprint: 'f-a', ...more }), false)).rejects.toMatchObject({ kind, outcome: 'notApplied' });
    if (first.kind === 'new') await first.write.end(applied('u'));
    await expect(journal.begin(intent('a', { fingerprint: 'f-a', ...more }), false)).rejects.toMatchObject({ kind, outcome: 'notApplied' });
  });

  it('an id that was asked for before it came is refused when it comes', async () => {
    const { journal } = await opened();
    expect(await journal.findOrFence('late', Date.now())).toEqual({ state: 'neverSeen' });
    await expect(journal.begin(intent('late'), false)).rejects.toMatchObject({ outcome: 'notApplied' });
    await write(journal, 'other', applied('u'));
  });

  it('what was found out about an unknown write stays known', async () => {
    const { disk, journal } = await opened();
    await journal.begin(intent('a'), false);
    const second = await opened(disk.afterCrash());
    expect(second.journal.isFromBefore('a')).toBe(true);
    await second.journal.resolve('a', intent('a'), applied('found'));
    expect((await (await opened(second.disk.afterCrash())).journal.find('a'))).toMatchObject({ outcome: { state: 'applied', uid: { value: 'found' } } });
  });
});

describe('when the disk fails', () => {
  it('full: writes are refused, saying that nothing was changed; outcomes of what is under way still fit; it goes on when there is room', async () => {
    let later = 0;
    const { disk, journal, log } = await opened(undefined, { now: () => Date.now() + later });
    const underWay = await journal.begin(intent('under-way'), false);
    disk.isFull = true;
    let refused: unknown;
    for (let count = 0; refused === undefined && count < 1_000; count++) await write(journal, `w${count}`, applied('u')).catch((error: unknown) => { refused = error; });
    expect(refused).toMatchObject({ kind: 'retryable', outcome: 'notApplied', message: expect.stringMatching(/cannot be written \(ENOSPC\).*nothing has been changed/) as string });
    expect(log.at('error')).toContain('The journal of writes cannot be written: writes are refused until it can, reads go on.');
    if (underWay.kind === 'new') await underWay.write.end(applied('late'));
    expect(stateOf(await (await opened(disk.afterCrash())).journal.find('under-way'))).toBe('applied');
    disk.isFull = false;
    later += 2_000;
    await write(journal, 'after', applied('u'));
    expect(log.at('info')).toContain('The journal of writes can be written again.');
    expect(stateOf(await (await opened(disk.afterCrash())).journal.find('after'))).toBe('applied');
  });

  it('a failed fsync: the segment is never trusted again, the write is refused, and a later success is real', async () => {
    let later = 0;
    const { disk, journal } = await opened(undefined, { now: () => Date.now() + later });
    await write(journal, 'before', applied('u'));
    const open = await journal.begin(intent('open'), false);
    disk.syncFails = true;
    await expect(journal.begin(intent('refused'), false)).rejects.toMatchObject({ kind: 'retryable', outcome: 'notApplied' });
    if (open.kind === 'new') await open.write.end(applied('kept'));
    expect(stateOf(await journal.find('open'))).toBe('applied');
    disk.syncFails = false;
    later += 2_000;
    await write(journal, 'after', applied('u'));
    const next = (await opened(disk.afterCrash())).journal;
    expect(await Promise.all(['before', 'open', 'after'].map(async (id) => stateOf(await next.find(id))))).toEqual(['applied', 'applied', 'applied']);
    expect(stateOf(await next.find('refused'))).not.toBe('applied');
  });
});

describe('a disk that is full at the start', () => {
  it('is no obstacle: reads of it go on, writes are refused until there is room, and it is one journal from then on', async () => {
    const disk = new FaultyDisk();
    disk.isFull = true;
    const { journal, log } = await opened(disk);
    expect(log.at('error').join()).toContain('the disk is full: writes are refused until there is room');
    expect(stateOf(await journal.findOrFence('asked', Date.now()))).toBe('neverSeen');
    await expect(write(journal, 'refused', applied('u'))).rejects.toMatchObject({ kind: 'retryable', outcome: 'notApplied' });
    disk.isFull = false;
    await until(async () => write(journal, 'a', applied('u')).then(() => true, () => false), 'a write to be taken');
    const next = await opened(disk.afterCrash());
    expect(next.journal.id).toBe(journal.id);
    expect(stateOf(await next.journal.find('a'))).toBe('applied');
  });

  it('with a segment that is damaged: what stands in it is found all the same', async () => {
    const { disk, journal } = await opened();
    for (const id of ['a', 'b', 'c']) await write(journal, id, applied(`uid of ${id}`));
    const crashed = disk.afterCrash();
    const [name] = [...crashed.files.keys()].filter((file) => file.endsWith('.journal')).sort();
    const bytes = crashed.files.get(name!)!;
    bytes[bytes.indexOf('"id":"b"') + 3] = 0x7E;
    crashed.isFull = true;
    const { journal: next, log } = await opened(crashed);
    expect(log.at('error').join()).toContain('could not be set aside');
    expect(await next.find('a')).toMatchObject({ outcome: { uid: { value: 'uid of a' } } });
    expect(await next.find('c')).toMatchObject({ outcome: { uid: { value: 'uid of c' } } });
    expect(stateOf(await next.findOrFence('never', Date.now() - HOUR))).toBe('unknown');
  });
});

describe('a clock that was set wrong', () => {
  it('by two days at a start: nothing is forgotten for the first hour', async () => {
    const { disk, journal } = await opened();
    await write(journal, 'seconds ago', applied('u'));
    await journal.close();
    let now = Date.now() + 48 * HOUR;
    const { journal: next } = await opened(disk.afterCrash(), { now: () => now });
    now += 2_000;
    await write(next, 'another', applied('v'));
    expect(stateOf(await next.find('seconds ago'))).toBe('applied');
    now += 11 * 60_000;                                 // compaction comes by
    await write(next, 'a third', applied('w'));
    await next.close();
    expect(stateOf(await next.find('seconds ago'))).toBe('applied');
  });

  it('while the agent runs: nothing is forgotten, and ages stay what they are', async () => {
    const { journal } = await opened();
    await write(journal, 'a', applied('u'));
    const before = journal.now();
    const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 48 * HOUR);
    try {
      for (let count = 0; count < 100; count++) await write(journal, `more ${count}`, applied('v'));
      expect(stateOf(await journal.find('a'))).toBe('applied');
      expect(journal.now() - before).toBeLessThan(HOUR);
    } finally {
      clock.mockRestore();
    }
  });
});

describe('size and age', () => {
  it('stays within its size over many writes, and every outcome of the last day is there, also after a restart', async () => {
    let now = 1_000_000_000;
    const { disk, journal } = await opened(undefined, { now: () => now, maxSize: 256 * 1024 });
    for (let count = 0; count < 1_000; count++) {
      await write(journal, `op-${count}`, applied(`uid-${count}`));
      now += 100;
    }
    const bytes = [...disk.files].filter(([name]) => name.endsWith('.journal')).reduce((sum, [, content]) => sum + content.length, 0);
    expect(bytes).toBeLessThanOrEqual(256 * 1024 + 8_192);
    const next = (await opened(disk.afterCrash(), { now: () => now, maxSize: 256 * 1024 })).journal;
    for (let count = 0; count < 1_000; count += 13) {
      expect(await journal.find(`op-${count}`)).toMatchObject({ outcome: { uid: { value: `uid-${count}` } } });
      expect(await next.find(`op-${count}`)).toMatchObject({ outcome: { uid: { value: `uid-${count}` } } });
    }
  });

  it('gives up outcomes older than a day', async () => {
    let now = Date.now() - 30 * HOUR;
    const { disk, journal } = await opened(undefined, { now: () => now });
    for (let count = 0; count < 100; count++) await write(journal, `old-${count}`, applied('u'), now);
    now += 25 * HOUR;
    for (let count = 0; count < 100; count++) await write(journal, `new-${count}`, applied('u'), now);
    await journal.close();
    const next = (await opened(disk.afterCrash(), { now: () => now })).journal;
    expect(await next.find('old-1')).toBeUndefined();
    expect(stateOf(await next.find('new-1'))).toBe('applied');
  });

  it('refuses writes rather than forget the last hour', async () => {
    const { journal, log } = await opened(undefined, { now: () => 1_000_000_000, maxSize: 32 * 1024 });
    let refused: unknown;
    for (let count = 0; refused === undefined && count < 2_000; count++) await write(journal, `w${count}`, applied('u')).catch((error: unknown) => { refused = error; });
    expect(refused).toMatchObject({ kind: 'retryable', message: expect.stringContaining('journal.maxSize') as string });
    expect(stateOf(await journal.find('w0'))).toBe('applied');
    expect(log.at('warn')).toEqual([]);
  });
});

describe('damage', () => {
  const outcomes: readonly (readonly [string, Ended])[] = Array.from({ length: 12 }, (_, index) => [
    `op-${index}`, index % 3 === 0 ? { state: 'failed', error: new ConnectorError('unknownUid', `no ${index}`) } : applied(`uid-${index}`),
  ]);

  async function journalFile(): Promise<{ disk: FaultyDisk; name: string }> {
    const { disk, journal } = await opened();
    for (const [id, ended] of outcomes) await write(journal, id, ended);
    await journal.begin(intent('open'), false);
    const name = [...disk.durable.keys()].filter((file) => file.endsWith('.journal')).sort().at(-1)!;
    return { disk: disk.afterCrash(), name };
  }

  async function expectNoLie(disk: FaultyDisk): Promise<void> {
    const { journal } = await opened(disk);
    for (const [id, ended] of outcomes) {
      const found = await journal.findOrFence(id, Date.now() - HOUR);
      if (stateOf(found) !== 'unknown') expect(found).toMatchObject({ outcome: { state: ended.state, ...(ended.state === 'applied' ? { uid: ended.uid } : {}) } });
    }
    expect(stateOf(await journal.findOrFence('open', Date.now() - HOUR))).toBe('unknown');
  }

  it('any bit turned anywhere: never a wrong outcome, and never "it has not come" of what has', async () => {
    const { disk, name } = await journalFile();
    const size = disk.files.get(name)!.length;
    await fc.assert(fc.asyncProperty(fc.array(fc.nat(size * 8 - 1), { minLength: 1, maxLength: 4 }), async (bits) => {
      const damaged = disk.afterCrash();
      const bytes = damaged.files.get(name)!;
      for (const bit of new Set(bits)) bytes[bit >> 3]! ^= 1 << (bit & 7);
      damaged.durable.set(name, Buffer.from(bytes));
      await expectNoLie(damaged);
    }), { numRuns: 300 });
  });

  it('cut off anywhere: never a wrong outcome, and never "it has not come" of what has', async () => {
    const { disk, name } = await journalFile();
    const size = disk.files.get(name)!.length;
    await fc.assert(fc.asyncProperty(fc.nat(size - 1), async (cut) => {
      const damaged = disk.afterCrash();
      damaged.files.set(name, damaged.files.get(name)!.subarray(0, cut));
      await expectNoLie(damaged);
    }), { numRuns: 300 });
  });

  it('is told loudly, set aside for whoever wants to look, and remembered over the next restarts', async () => {
    const { disk, name } = await journalFile();
    const bytes = disk.files.get(name)!;
    bytes.fill(0x55, 400, 420);
    const first = await opened(disk);
    expect(first.log.at('error').join()).toContain('DAMAGED in the middle');
    expect([...disk.files.keys()]).toContain(`${name}.damaged`);
    const second = await opened(disk.afterCrash());
    expect(second.log.at('error')).toEqual([]);
    expect(stateOf(await second.journal.findOrFence('somebody', Date.now() - HOUR))).toBe('unknown');
    // What was sent after the damage was found cannot have been in it.
    expect(stateOf(await second.journal.findOrFence('later', Date.now() + HOUR))).toBe('neverSeen');
  });
});
