import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { earliestFirst, type Found } from '../../../connectors/catalog/ldap/sync/earliest-first.js';
import { laterTime, secondsBefore, timeKey } from '../../../connectors/catalog/ldap/sync/generalized-time.js';
import { formatPosition, parsePosition } from '../../../connectors/catalog/ldap/sync/position.js';
import { latestTimedToken, timedChanges, type TimedSource } from '../../../connectors/catalog/ldap/sync/timed-changes.js';
import { Uid, type SyncToken } from '../../../protocol/model/index.js';

const second = (index: number): string => `202601010000${String(index).padStart(2, '0')}Z`;

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe('times', () => {
  it('compare with and without fractions', () => {
    expect(timeKey('yesterday')).toBeUndefined();
    expect(timeKey('20260101000000+0100')).toBeUndefined();
    expect(timeKey('20260101000000.0Z')).toBe(timeKey('20260101000000Z'));
    expect(laterTime('20260101000000.12Z', '20260101000000.2Z')).toBe('20260101000000.2Z');
    expect(laterTime('20260101000000.9Z', '20260101000001Z')).toBe('20260101000001Z');
    expect(laterTime(undefined, 'x')).toBeUndefined();
  });

  it('go back over midnight and new year', () => {
    expect(secondsBefore('20260101000003.5Z', 5)).toBe('20251231235958Z');
    expect(secondsBefore('20240301000000Z', 86_400)).toBe('20240229000000Z');
  });

  it('are read from tokens of any origin', () => {
    expect(parsePosition('20260101000000Z')).toEqual({ time: '20260101000000Z', seen: undefined });
    expect(parsePosition('20260101000000.123456Z#000000#001#000000')).toEqual({ time: '20260101000000.123456Z', seen: undefined });
    const position = { time: '20260101000000Z', seen: { count: 3, digest: '00000000000000ff' } };
    expect(parsePosition(formatPosition(position))).toEqual(position);
    for (const token of ['', '1', 7, true]) expect(() => parsePosition(token)).toThrow(expect.objectContaining({ kind: 'invalidAttributeValue' }) as Error);
  });
});

describe('earliest first', () => {
  it('gives everything from the start on once, in order, whatever the order and number', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.nat(12), { maxLength: 40 }), fc.nat(12), fc.boolean(), fc.integer({ min: 1, max: 5 }), async (times, start, inclusive, capacity) => {
      const source = times.map((time, index) => ({ time: second(time), dn: String(index) }));
      async function* scan(from: string): AsyncGenerator<Found> { for (const item of source) if (item.time >= from) yield item; }
      const found = await all(earliestFirst(scan, { time: second(start), inclusive }, capacity));
      const expected = source.filter(({ time }) => (inclusive ? time >= second(start) : time > second(start)));
      expect(found.map(({ time }) => time)).toEqual(expected.map(({ time }) => time).sort());
      expect(new Set(found.map(({ dn }) => dn))).toEqual(new Set(expected.map(({ dn }) => dn)));
    }));
  });
});

/** A directory of names with a version and a time each, whose clock the test moves. */
class Model implements TimedSource {
  readonly span: number;
  readonly entries = new Map<string, { time: string; version: number }>();
  #version = 0;

  constructor(span: number) {
    this.span = span;
  }

  touch(name: string, at: number): void {
    this.entries.set(name, { time: second(at), version: ++this.#version });
  }

  async* scan(from: string): AsyncGenerator<Found> {
    for (const [dn, { time }] of this.entries) if (time >= from) yield { time, dn };
  }

  async* identify(from: string): AsyncGenerator<Found & { identity: string }> {
    for (const [dn, { time, version }] of this.entries) if (time >= from) yield { time, dn, identity: `${dn} ${version}` };
  }

  async deliver({ dn }: Found): ReturnType<TimedSource['deliver']> {
    const entry = this.entries.get(dn);
    if (entry === undefined) return undefined;
    async function* deltas(): AsyncGenerator<{ kind: 'DELETE'; uid: Uid; objectClass: undefined }> { yield { kind: 'DELETE', uid: new Uid(`${dn} ${entry!.version}`), objectClass: undefined }; }
    return { time: entry.time, identity: `${dn} ${entry.version}`, deltas: deltas() };
  }
}

async function read(source: TimedSource, token: SyncToken, stopAfter = Infinity): Promise<{ seen: string[]; token: SyncToken }> {
  const changes = timedChanges(source, token);
  const seen: string[] = [];
  let last = token;
  while (seen.length < stopAfter) {
    const step = await changes.next();
    if (step.done === true) return { seen, token: step.value! };
    seen.push(step.value.uid.value);
    last = step.value.token;
  }
  await changes.return(undefined);
  return { seen, token: last };
}

describe('following a source by time', () => {
  /** A step: touch an entry, let the clock run, or read some changes (and perhaps stop in the middle). */
  const step = fc.oneof(
    fc.record({ touch: fc.constantFrom('a', 'b', 'c', 'd') }),
    fc.record({ tick: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ read: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 3 })) }),
  );

  it('loses no change, whatever happens within one second and wherever the reader stops', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.constantFrom(0, 2), async (steps, span) => {
      const source = new Model(span);
      let clock = 0;
      let token: SyncToken = { value: '19700101000000Z' };
      const seen = new Set<string>();
      for (const one of steps) {
        if ('touch' in one) source.touch(one.touch, clock);
        else if ('tick' in one) clock += one.tick;
        else {
          const result = await read(source, token, one.read);
          result.seen.forEach((version) => seen.add(version));
          ({ token } = result);
        }
      }
      const last = await read(source, token);
      last.seen.forEach((version) => seen.add(version));
      // Every entry's latest version has arrived, and the idle source stays silent.
      for (const [name, { version }] of source.entries) expect(seen).toContain(`${name} ${version}`);
      const again = await read(source, last.token);
      expect((await read(source, again.token)).seen).toEqual([]);
    }), { numRuns: 300 });
  });

  it('notices what appears late within the span only', async () => {
    const source = new Model(5);
    source.touch('a', 20);
    const token = await latestTimedToken(source);
    source.touch('late', 17);
    const { seen, token: next } = await read(source, token);
    expect(seen.sort()).toEqual(['a 1', 'late 2']);
    source.touch('too late', 10);
    expect((await read(source, next)).seen).toEqual([]);
  });

  it('starts at the beginning where there is nothing yet', async () => {
    const source = new Model(0);
    const token = await latestTimedToken(source);
    expect((await read(source, token)).seen).toEqual([]);
    source.touch('a', 0);
    expect((await read(source, token)).seen).toEqual(['a 1']);
  });

  it('tells of a source that no longer holds the token', async () => {
    const source = new Model(0);
    source.touch('a', 1);
    const token = await latestTimedToken(source);
    source.entries.clear();
    source.touch('b', 9);
    const gaps: string[] = [];
    const watched: TimedSource = { span: 0, scan: (from) => source.scan(from), identify: (from) => source.identify(from), deliver: (found) => source.deliver(found), onGap: ({ time }) => gaps.push(time) };
    expect((await read(watched, token)).seen).toEqual(['b 2']);
    expect(gaps).toEqual([second(1)]);
  });
});
