import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { snapshotChanges, snapshotOperations, takeSnapshot, type Results } from '../../../../connectors/framework/index.js';
import { KnownObjects } from '../../../../connectors/framework/snapshot/known-objects.js';
import {
  ACCOUNT, ALL, Attribute, ConnectorObject, IcfArray, LAST_PAGE, Name, OPTION, OperationOptions, Uid,
  type ApiOperation, type IcfValue, type SyncDelta, type SyncToken,
} from '../../../../protocol/model/index.js';
import { MemoryTarget, memoryConnector, type MemorySession } from '../../../support/memory-connector.js';
import { ManualTimers } from '../../../support/manual-timers.js';
import { calling, drain, facadeOf } from '../../../support/memory-facade.js';

type State = Record<string, string | readonly string[]>;

let directory: string;
beforeEach(async () => { directory = await mkdtemp(join(tmpdir(), 'causeway-snapshot-')); });
afterEach(() => rm(directory, { recursive: true, force: true }));

async function* objectsOf(state: State, failAfter = Infinity): Results {
  let count = 0;
  for (const [uid, value] of Object.entries(state)) {
    if (count++ >= failAfter) throw new Error('target went away');
    yield new ConnectorObject(ACCOUNT, [new Uid(uid), new Name(uid), new Attribute('v', typeof value === 'string' ? [value] : [...value])]);
  }
  return undefined;
}

function changesOf(state: State, token: SyncToken | null, more: { signal?: AbortSignal; limit?: number; retain?: number; failAfter?: number; objectClass?: string } = {}) {
  const { failAfter, objectClass = ACCOUNT, ...rest } = more;
  return snapshotChanges({ stateDirectory: directory, objectClass, token, objects: objectsOf(state, failAfter), signal: new AbortController().signal, ...rest });
}

async function run(state: State, token: SyncToken | null, more: Parameters<typeof changesOf>[2] = {}) {
  const { items, end } = await drain(changesOf(state, token, more));
  return { changes: items.map(({ kind, uid }) => `${kind} ${uid.value}`), token: end!, items };
}

const files = async (): Promise<string[]> => (await readdir(directory, { recursive: true })).filter((name) => /\.(snapshot|draft)$/.test(name));

describe('a snapshot sync that cannot go on', () => {
  it.each([{ value: 'abc' }, { value: '../../etc/passwd' }, { value: 7 }, { value: '0mabcdefg-0123456789ab' }])('refuses the token %j', async (token) => {
    await expect(run({ a: '1' }, token)).rejects.toMatchObject({ kind: 'illegalState' });
  });

  it('refuses a damaged snapshot, whatever byte is wrong, and one that was cut', async () => {
    const { token } = await run({ anna: '1', bert: '2' }, null);
    const path = join(directory, (await files())[0]!);
    const good = await readFile(path);
    for (const at of [0, 9, 12, 25, good.length - 35, good.length - 1]) {
      const bad = Buffer.from(good);
      bad.writeUInt8(bad.readUInt8(at) ^ 1, at);
      await writeFile(path, bad);
      await expect(run({}, token), `byte ${at}`).rejects.toMatchObject({ kind: 'connectorIo' });
    }
    for (const length of [0, 5, 30, good.length - 1]) {
      await writeFile(path, good.subarray(0, length));
      await expect(run({}, token), `length ${length}`).rejects.toMatchObject({ kind: 'connectorIo' });
    }
  });

  it('reports no delete and keeps the old token when the target breaks off', async () => {
    const { token } = await run({ a: '1', b: '2', c: '3' }, null);
    const seen: SyncDelta[] = [];
    await expect((async () => { for await (const delta of changesOf({ a: '9', b: '2', c: '3' }, token, { failAfter: 2 })) seen.push(delta); })()).rejects.toThrow('went away');
    expect(seen.map(({ kind }) => kind)).toEqual(['UPDATE']);
    expect(await files()).toHaveLength(1);
    expect((await run({ a: '9', b: '2' }, token)).changes).toEqual(['UPDATE a', 'DELETE c']);
  });

  it('deletes nothing after an answer that ends with a cookie, or that shows nothing where there was much', async () => {
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`u${index}`, '1']));
    const { token } = await run(many, null);
    async function* paged(): Results {
      yield* objectsOf({ u0: '1' });
      return { pagedResultsCookie: 'more', totalPagedResultsPolicy: 'NONE', totalPagedResults: -1, remainingPagedResults: -1 };
    }
    const request = { stateDirectory: directory, objectClass: ACCOUNT, token, signal: new AbortController().signal };
    const seen: string[] = [];
    await expect((async () => { for await (const { kind } of snapshotChanges({ ...request, objects: paged() })) seen.push(kind); })()).rejects.toMatchObject({ kind: 'connectorIo' });
    await expect((async () => { for await (const { kind } of changesOf({}, token)) seen.push(kind); })()).rejects.toMatchObject({ kind: 'illegalState', message: expect.stringContaining('where it had 12') as string });
    expect(seen).toEqual([]);
    expect((await run({ u0: '1' }, token)).changes).toHaveLength(11);
  });

  it('deletes nothing after an answer that has fewer objects than the target counts', async () => {
    const { token } = await run({ a: '1', b: '2' }, null);
    async function* counted(): Results {
      yield* objectsOf({ a: '1' });
      return { ...LAST_PAGE, totalPagedResultsPolicy: 'EXACT', totalPagedResults: 2 };
    }
    await expect(drain(snapshotChanges({ stateDirectory: directory, objectClass: ACCOUNT, token, objects: counted(), signal: new AbortController().signal })))
      .rejects.toMatchObject({ kind: 'connectorIo', message: expect.stringContaining('counts 2') as string });
    expect((await run({ a: '1', b: '2' }, token)).changes).toEqual([]);
  });

  it('refuses two different objects with one uid, also in a first run, and tells the same one once', async () => {
    async function* both(second: string): Results {
      yield* objectsOf({ a: '1', b: '2' });
      yield* objectsOf({ a: second });
      return undefined;
    }
    const twice = (second: string, token: SyncToken | null) => drain(snapshotChanges({ stateDirectory: directory, objectClass: ACCOUNT, token, objects: both(second), signal: new AbortController().signal }));
    const first = await twice('1', null);
    expect(first.items.map(({ uid }) => uid.value)).toEqual(['a', 'b']);
    for (const token of [null, first.end!]) await expect(twice('other', token)).rejects.toMatchObject({ kind: 'connectorIo', message: expect.stringContaining('\'a\'') as string });
    expect((await twice('1', first.end!)).items).toEqual([]);
  });

  it('leaves nothing behind when its consumer leaves or aborts', async () => {
    const { token } = await run({ a: '1' }, null);
    const left = changesOf({ a: '1', b: '2', c: '3' }, token);
    await left.next();
    await left.return(undefined);
    const abort = new AbortController();
    const aborted = changesOf({ a: '1', b: '2', c: '3' }, token, { signal: abort.signal });
    await aborted.next();
    abort.abort();
    await expect(aborted.next()).rejects.toThrow();
    expect(await files()).toHaveLength(1);
  });

  it('stops at its limit', async () => {
    await expect(run({ a: '1', b: '2', c: '3' }, null, { limit: 2 })).rejects.toMatchObject({ kind: 'illegalState' });
  });
});

describe('a snapshot sync', () => {
  it('reports creates, updates and deletes since the token', async () => {
    const first = await run({ a: '1', b: '2', c: '3' }, null);
    expect(first.changes).toEqual(['CREATE a', 'CREATE b', 'CREATE c']);
    const second = await run({ b: '2', c: 'three', d: '4' }, first.token);
    expect(second.changes).toEqual(['UPDATE c', 'CREATE d', 'DELETE a']);
    expect(second.items.at(-1)).toMatchObject({ kind: 'DELETE', objectClass: ACCOUNT });
    expect(second.items[0]?.object?.get('v')?.single).toBe('three');
  });

  it('keeps the token and writes nothing when nothing changed, in whatever order values come', async () => {
    const first = await run({ a: ['x', 'y'], b: '2' }, null);
    const second = await run({ b: '2', a: ['y', 'x'] }, first.token);
    expect(second).toMatchObject({ changes: [], token: first.token });
    expect(await files()).toHaveLength(1);
  });

  it('can be repeated from an older token, of which it keeps as many as told', async () => {
    const tokens: SyncToken[] = [];
    for (let version = 0; version < 5; version++) tokens.push((await run({ a: `v${version}` }, tokens.at(-1) ?? null, { retain: 3 })).token);
    expect(await files()).toHaveLength(3);
    expect((await run({ a: 'v4' }, tokens[2]!)).changes).toEqual(['UPDATE a']);
    await expect(run({ a: 'v4' }, tokens[0]!)).rejects.toMatchObject({ kind: 'illegalState' });
  });

  it('may run twice at once: both tell everything, and either token is good afterwards', async () => {
    const { token } = await run({ a: '1', b: '2' }, null);
    const after = { b: 'two', c: '3' };
    const runs = [changesOf(after, token), changesOf(after, token)];
    const told: string[][] = [[], []];
    const ends: (SyncToken | undefined)[] = [];
    while (ends.filter((end) => end !== undefined).length < runs.length) {
      for (const [index, changes] of runs.entries()) {
        const step = await changes.next();
        if (step.done === true) ends[index] ??= step.value;
        else told[index]!.push(`${step.value.kind} ${step.value.uid.value}`);
      }
    }
    for (const changes of told) expect(changes).toEqual(['UPDATE b', 'CREATE c', 'DELETE a']);
    for (const end of ends) expect((await run(after, end!)).changes).toEqual([]);
  });

  it('keeps the snapshot a consumer still begins with, however many runs it lost the end of', async () => {
    const { token } = await run({ a: 'first' }, null);
    for (let lost = 0; lost < 6; lost++) expect((await run({ a: `v${lost}` }, token)).changes).toEqual(['UPDATE a']);
    expect(await files()).toHaveLength(4);
  });

  it('keeps its newest snapshot when the clock was put back', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      let token: SyncToken | null = null;
      for (let version = 0; version < 4; version++) ({ token } = await run({ a: `v${version}` }, token));
      vi.setSystemTime(Date.now() - 7 * 24 * 60 * 60 * 1000);
      for (let version = 4; version < 9; version++) {
        const { token: next, changes } = await run({ a: `v${version}` }, token);
        expect(changes).toEqual(['UPDATE a']);
        token = next;
      }
    } finally {
      vi.useRealTimers();
    }
  });

  it('keeps object classes apart, and its files to their owner', async () => {
    const accounts = await run({ a: '1' }, null);
    await expect(run({}, accounts.token, { objectClass: '../../__GROUP__' })).rejects.toMatchObject({ kind: 'illegalState' });
    const { mode } = await stat(join(directory, (await files())[0]!));
    if (process.platform !== 'win32') expect(mode & 0o077).toBe(0);
  });

  it('starts from now with a snapshot taken silently', async () => {
    const token = await takeSnapshot({ stateDirectory: directory, objectClass: ACCOUNT, objects: objectsOf({ a: '1' }), signal: new AbortController().signal });
    expect((await run({ a: '1', b: '2' }, token)).changes).toEqual(['CREATE b']);
  });

  it('tells exactly the difference of any two states', async () => {
    const state = fc.dictionary(fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }).filter((uid) => uid.trim() !== '' && uid !== '__proto__'), fc.constantFrom('1', '2', '3'), { maxKeys: 30, noNullPrototype: true });
    await fc.assert(fc.asyncProperty(state, state, async (before, after) => {
      // A target that suddenly shows nothing at all is refused, which has a test of its own.
      fc.pre(Object.keys(after).length > 0 || Object.keys(before).length < 10);
      const { token } = await run(before, null);
      const { changes } = await run(after, token);
      const expected = [
        ...Object.keys(after).filter((uid) => !Object.hasOwn(before, uid)).map((uid) => `CREATE ${uid}`),
        ...Object.keys(after).filter((uid) => Object.hasOwn(before, uid) && before[uid] !== after[uid]).map((uid) => `UPDATE ${uid}`),
        ...Object.keys(before).filter((uid) => !Object.hasOwn(after, uid)).map((uid) => `DELETE ${uid}`),
      ];
      expect(changes.sort()).toEqual(expected.sort());
    }), { numRuns: 60 });
  });

  it('goes on behind any change of a run that was broken off, whatever changed since, each change once', async () => {
    const uids = ['a', 'b', 'c', 'd', 'e', 'f'];
    const state = fc.subarray(uids).chain((held) => fc.record(Object.fromEntries(held.map((uid) => [uid, fc.constantFrom('1', '2', '3')]))));
    const told = (known: Map<string, string>, { kind, uid, object }: SyncDelta): void => {
      // A create of what is there, or an update or delete of what is not, would be a change that came twice.
      expect(known.has(uid.value)).toBe(kind !== 'CREATE');
      const value = object?.get('v')?.single;
      if (kind === 'UPDATE') expect(known.get(uid.value)).not.toBe(value);
      if (kind === 'DELETE') known.delete(uid.value);
      else known.set(uid.value, value as string);
    };
    await fc.assert(fc.asyncProperty(state, fc.array(fc.tuple(state, fc.nat(5)), { minLength: 1, maxLength: 4 }), state, async (before, broken, after) => {
      let token: SyncToken = (await run(before, null)).token;
      const known = new Map(Object.entries(before));
      for (const [present, count] of broken) {
        const changes = changesOf(present, token);
        for (let given = 0; given < count; given++) {
          const step = await changes.next();
          if (step.done === true) {
            token = step.value ?? token;
            break;
          }
          told(known, step.value);
          ({ token } = step.value);
        }
        await changes.return(undefined);
      }
      for (const delta of (await run(after, token)).items) told(known, delta);
      expect(Object.fromEntries(known)).toEqual(after);
    }), { numRuns: 100 });
  });

  it('repeats changes, and loses none, when what was told did not reach the disk', async () => {
    const { token } = await run({ a: '1', b: '2' }, null);
    const changes = changesOf({ a: '9', b: '9', c: '1' }, token);
    const tokens: SyncToken[] = [];
    for (let given = 0; given < 2; given++) tokens.push(((await changes.next()).value as SyncDelta).token);
    await changes.return(undefined);
    const notes = (await readdir(directory, { recursive: true })).filter((name) => name.endsWith('.told'));
    expect(notes).toHaveLength(1);
    const path = join(directory, notes[0]!);
    await writeFile(path, (await readFile(path)).subarray(0, -1));
    expect((await run({ a: '9', b: '9', c: '1' }, tokens[1]!)).changes).toEqual(['UPDATE b', 'CREATE c']);
    await rm(path, { force: true });
    expect((await run({ a: '9', b: '9', c: '1' }, tokens[1]!)).changes).toEqual(['UPDATE a', 'UPDATE b', 'CREATE c']);
  });

  it('keeps what was told of the last few broken off runs only, and nothing of snapshots that are gone', async () => {
    let token = (await run({ a: '1' }, null)).token;
    for (let attempt = 0; attempt < 9; attempt++) {
      const changes = changesOf({ a: `x${attempt}` }, token);
      await changes.next();
      await changes.return(undefined);
    }
    const notes = async () => (await readdir(directory, { recursive: true })).filter((name) => name.endsWith('.told')).length;
    token = (await run({ a: 'y' }, token)).token;
    expect(await notes()).toBeLessThanOrEqual(4);
    for (let round = 0; round < 4; round++) ({ token } = await run({ a: `z${round}` }, token));
    expect(await notes()).toBeLessThanOrEqual(2);
  });

  it('remembers a hundred thousand objects in a few megabytes', () => {
    const content = Buffer.from('12345678');
    const known = new KnownObjects(1_000_000);
    const before = process.memoryUsage().arrayBuffers;
    for (let index = 0; index < 100_000; index++) known.add(`user-${index}-with-a-rather-long-distinguished-name,ou=people,dc=example,dc=com`, content);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 * 1024 * 1024);
    expect(known.size).toBe(100_000);
    expect(known.see('user-77777-with-a-rather-long-distinguished-name,ou=people,dc=example,dc=com', content)).toBe('same');
    expect(known.see('nobody', content)).toBe('new');
  });
});

describe('a connector with search alone', () => {
  function subject() {
    const target = new MemoryTarget();
    const { operations } = memoryConnector(target);
    const connector = memoryConnector(target, {
      operations: snapshotOperations<MemorySession>({ search: operations.search!, stateDirectory: async () => directory }),
    });
    const clock = new ManualTimers();
    const { facade } = facadeOf(connector, { timeouts: new Map<ApiOperation, number>([['SyncApiOp', 1000]]) }, { clock });
    const sync = (token: SyncToken | null, objectClass = ACCOUNT) => drain(facade.stream({ kind: 'sync', objectClass, token, options: OperationOptions.none }, calling()));
    return { target, facade, sync, clock };
  }

  it('refuses to look at all object classes at once', async () => {
    await expect(subject().sync(null, ALL)).rejects.toMatchObject({ kind: 'unsupportedOperation' });
  });

  it('gets sync and latest token', async () => {
    const { target, facade, sync } = subject();
    target.add('a', { mail: 'm' });
    const token = await facade.perform({ kind: 'latestSyncToken', objectClass: ACCOUNT }, calling());
    target.add('b', { mail: 'm' });
    target.add('a', { mail: 'other' });
    const { items, end } = await sync(token);
    expect(items.map(({ kind, uid }) => `${kind} ${uid.value}`).sort()).toEqual(['CREATE b', 'UPDATE a']);
    target.remove('a');
    expect((await sync(end!)).items.map(({ kind }) => kind)).toEqual(['DELETE']);
  });

  it('tells no change for what other options show or hide', async () => {
    const { target, facade } = subject();
    target.add('a', { mail: 'm' });
    const sync = (token: SyncToken | null, entries: Record<string, IcfValue>) => drain(facade.stream({ kind: 'sync', objectClass: ACCOUNT, token, options: OperationOptions.of(entries) }, calling()));
    const { end } = await sync(null, { [OPTION.scope]: 'one' });
    expect((await sync(end!, { [OPTION.scope]: 'one', [OPTION.attributesToGet]: new IcfArray('String', ['mail']) })).items).toEqual([]);
    await expect(sync(end!, {})).rejects.toMatchObject({ kind: 'illegalState', message: expect.stringContaining('other options') as string });
  });

  it('is not timed out while it reads objects that did not change', async () => {
    const { target, sync, clock } = subject();
    for (let index = 0; index < 5; index++) target.add(`u${index}`);
    const first = await sync(null);
    let read = 0;
    target.beforeObject = () => new Promise((resolve) => { read++; clock.after(600, resolve); });
    const second = sync(first.end!);
    for (let index = 1; index <= 5; index++) {
      await expect.poll(() => read).toBe(index);
      await clock.advance(600);
    }
    expect((await second).items).toEqual([]);
  });
});
