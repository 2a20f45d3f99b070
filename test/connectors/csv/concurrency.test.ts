import { appendFile, readFile, rename, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MACHINE, lockFile } from '../../../connectors/catalog/csv/storage/file-lock.js';
import { SteadyFile } from '../../../connectors/catalog/csv/storage/steady-file.js';
import { appendTo, replaceBy } from '../../../connectors/catalog/csv/storage/write-file.js';
import { ACCOUNT, OperationOptions } from '../../../protocol/model/index.js';
import { Fixture, PEOPLE, attributes, call, drain, failure, operations, plain, removeFixtures } from './fixture.js';
import { openContext } from '../../support/open-context.js';

afterEach(removeFixtures);

/** Several chunks of rows, last written long ago. */
async function large(rows = 10_000): Promise<Fixture> {
  const fixture = await Fixture.of(`uid,mail\n${Array.from({ length: rows }, (_, index) => `u${index},old${index}\n`).join('')}`);
  await utimes(fixture.path, 1000, 1000);
  return fixture;
}

describe('a file that another program changes while it is read', () => {
  it.each([
    ['rewritten in place with as many bytes', async (f: Fixture) => f.write((await f.text()).replaceAll('old', 'new'))],
    ['made shorter', (f: Fixture) => truncate(f.path, 1000)],
    ['emptied', (f: Fixture) => truncate(f.path, 0)],
    ['appended to', (f: Fixture) => appendFile(f.path, 'x,y\n')],
  ])('%s: the read fails with a retryable error and never gives a row of the new content', async (_, change) => {
    const fixture = await large();
    const search = fixture.search();
    const seen: unknown[] = [];
    await search.next();
    await change(fixture);
    const error = await failure(async () => {
      for await (const object of search) seen.push(plain(object)?.['mail']);
    });
    expect(error.kind).toBe('retryable');
    expect(error.message).toMatch(/changed by another program while it was read/);
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.every((mail) => typeof mail === 'string' && mail.startsWith('old'))).toBe(true);
  });

  it('replaced by rename: the read goes on with the old content to its end', async () => {
    const fixture = await large();
    const search = fixture.search();
    await search.next();
    await writeFile(`${fixture.path}.new`, 'uid,mail\nz,new\n');
    await rename(`${fixture.path}.new`, fixture.path);
    const { items } = await drain(search);
    expect(items.length).toBe(9_999);
    expect(await fixture.uids()).toEqual(['z']);
  });

  it('changed by our own creates, updates and deletes: the read goes on with the old content to its end', async () => {
    const fixture = await large();
    for (const change of [
      () => fixture.create({ __NAME__: 'new1' }), () => fixture.create({ __NAME__: 'new2' }),
      () => fixture.update('u9999', { mail: 'new' }), () => fixture.delete('u9998'),
    ]) {
      const before = await fixture.uids();
      const search = fixture.search();
      await search.next();
      await change();
      const { items } = await drain(search);
      expect(items.map(({ uid }) => uid.value)).toEqual(before.slice(1));
    }
    expect(await fixture.uids()).toEqual([...Array.from({ length: 9_998 }, (_, index) => `u${index}`), 'u9999', 'new1', 'new2']);
  });

  it('many creates while many reads run: no read fails or sees half a record', async () => {
    const fixture = await large(5000);
    let creating = true;
    const creates = Promise.all(Array.from({ length: 100 }, (_, index) => fixture.create({ __NAME__: `new${index}`, mail: 'old' }))).finally(() => { creating = false; });
    do {
      const uids = await fixture.uids();
      expect(uids.length).toBeGreaterThanOrEqual(5000);
      expect(uids.slice(5000).every((uid) => /^new\d+$/.test(uid))).toBe(true);
    } while (creating);
    await creates;
    expect((await fixture.uids()).length).toBe(5100);
  });
});

describe('a file that another program changes between our writes', () => {
  it('an appended row is seen: its uid exists, and ours come after it', async () => {
    const fixture = await Fixture.of();
    await fixture.create({ __NAME__: 'dan' });
    await appendFile(fixture.path, 'eve,E,,');
    expect((await failure(fixture.create({ __NAME__: 'eve' }))).kind).toBe('alreadyExists');
    await fixture.create({ __NAME__: 'fay' });
    await fixture.update('eve', { mail: 'e' });
    expect(await fixture.text()).toBe(`${PEOPLE}"dan",,,\n"eve","E","e",\n"fay",,,\n`);
  });

  it('a replaced file is taken as it is', async () => {
    const fixture = await Fixture.of();
    await fixture.update('ann', { mail: 'x' });
    await writeFile(`${fixture.path}.new`, 'mail,uid\na,ann\nz,zoe\n');
    await rename(`${fixture.path}.new`, fixture.path);
    await fixture.update('zoe', { mail: 'y' });
    expect((await failure(fixture.update('bob', { mail: 'y' }))).kind).toBe('unknownUid');
    expect(await fixture.text()).toBe('mail,uid\na,ann\n"y","zoe"\n');
  });

  it('a change of the same size with the old modification time put back is noticed', async () => {
    const fixture = await Fixture.of();
    await utimes(fixture.path, 1000, 1000);
    await fixture.get('ann');
    await fixture.write(PEOPLE.replace('ann,', 'eva,'));
    await utimes(fixture.path, 1000, 1000);
    expect(await fixture.get('ann')).toBeUndefined();
    expect(await fixture.get('eva')).toBeDefined();
  });
});

describe('a file that another program changes while our write is prepared', () => {
  it('a rewrite is given up: nothing is written and nothing left behind', async () => {
    const fixture = await Fixture.of();
    const source = await SteadyFile.open(fixture.path);
    try {
      await expect(replaceBy(fixture.path, source, [Buffer.from('ours')], () => fixture.write('theirs'))).rejects.toThrow(expect.objectContaining({ name: 'FileMoved' }));
    } finally {
      await source.close();
    }
    expect(await fixture.text()).toBe('theirs');
    expect(await fixture.names()).toEqual(['people.csv']);
  });

  it('an append is given up', async () => {
    const fixture = await Fixture.of();
    const source = await SteadyFile.open(fixture.path);
    await source.close();
    await fixture.write('theirs');
    await expect(appendTo(fixture.path, source.identity, Buffer.from('ours'))).rejects.toThrow(expect.objectContaining({ name: 'FileMoved' }));
    expect(await fixture.text()).toBe('theirs');
  });
});

describe('parallel writes', () => {
  it('parallel creates lose nothing', async () => {
    const fixture = await Fixture.of();
    const second = await fixture.open();
    const names = Array.from({ length: 400 }, (_, index) => `p${index}`);
    await Promise.all(names.map((name, index) => {
      if (index % 2 === 0) fixture.session = second;
      return fixture.create({ __NAME__: name, mail: `${name}\n"x"` });
    }));
    expect((await fixture.uids()).sort()).toEqual(['ann', 'bob', 'cid', ...names].sort());
  });

  it('of parallel creates of one uid exactly one succeeds', async () => {
    const fixture = await Fixture.of();
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => fixture.create({ __NAME__: 'dan' })));
    expect(results.filter(({ status }) => status === 'fulfilled').length).toBe(1);
    const kinds = results.flatMap((result) => (result.status === 'rejected' ? [(result.reason as { kind: string }).kind] : []));
    expect(new Set(kinds)).toEqual(new Set(['alreadyExists']));
    expect(await fixture.uids()).toEqual(['ann', 'bob', 'cid', 'dan']);
  });

  it('a change that fails does not disturb those written with it', async () => {
    const fixture = await Fixture.of();
    const results = await Promise.allSettled([
      fixture.create({ __NAME__: 'dan' }), fixture.create({ __NAME__: 'ann' }), fixture.update('nobody', { mail: 'x' }), fixture.update('bob', { mail: ['a', 'b'] }),
      fixture.update('bob', { __NAME__: 'rob' }), fixture.delete('cid'), fixture.delete('eve'),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected', 'fulfilled', 'fulfilled', 'rejected']);
    expect(await fixture.text()).toBe('uid,first name,mail,password\nann,Ann,ann@example.com,secret1\n"rob","Bob","bob@example.com","secret2"\n"dan",,,\n');
  });

  it('an abort takes back a change that waits', async () => {
    const fixture = await Fixture.of();
    const abort = new AbortController();
    const first = Array.from({ length: 5 }, (_, index) => fixture.create({ __NAME__: `a${index}` }));
    await first[0];
    const busy = fixture.create({ __NAME__: 'b' });
    const waiting = fixture.create({ __NAME__: 'c' }, abort.signal);
    abort.abort(new Error('cancelled'));
    await expect(waiting).rejects.toThrow('cancelled');
    await Promise.all([...first, busy]);
    expect(await fixture.get('c')).toBeUndefined();
  });

  type Step = { kind: 'create' | 'update'; uid: string; value: string } | { kind: 'rename'; uid: string; to: string } | { kind: 'delete'; uid: string };
  type Model = ReadonlyMap<string, string>;

  /** What a step does to a map; undefined when it is refused. */
  function applied(model: Model, step: Step): Model | undefined {
    const next = new Map(model);
    const held = model.get(step.uid);
    if ((held === undefined) !== (step.kind === 'create')) return undefined;
    if (step.kind === 'create' || step.kind === 'update') return next.set(step.uid, step.value.trim());
    if (step.kind === 'rename' && step.to === step.uid) return next;
    if (step.kind === 'rename' && model.has(step.to)) return undefined;
    next.delete(step.uid);
    return step.kind === 'rename' ? next.set(step.to, held ?? '') : next;
  }

  /** Every state that some order of the steps leads to, with the outcome of each step. */
  function possible(model: Model, steps: readonly (readonly [number, Step])[], done: readonly (readonly [number, boolean])[] = []): string[] {
    if (steps.length === 0) return [JSON.stringify([[...done].sort(([a], [b]) => a - b), [...model].sort()])];
    return steps.flatMap((entry) => {
      const next = applied(model, entry[1]);
      return possible(next ?? model, steps.filter((other) => other !== entry), [...done, [entry[0], next !== undefined]]);
    });
  }

  it('whatever groups of changes run in parallel, some order of them explains every outcome and the file', async () => {
    const uid = fc.constantFrom('a', 'b', 'c', 'é"', 'x\ny');
    const value = fc.constantFrom('', '1', 'a,b', '"', '\\', 'l\r\nm', '  q');
    const step: fc.Arbitrary<Step> = fc.oneof(
      fc.record({ kind: fc.constant('create' as const), uid, value }), fc.record({ kind: fc.constant('update' as const), uid, value }),
      fc.record({ kind: fc.constant('rename' as const), uid, to: uid }), fc.record({ kind: fc.constant('delete' as const), uid }),
    );
    const run = (fixture: Fixture, given: Step): Promise<unknown> => {
      if (given.kind === 'create') return fixture.create({ __NAME__: given.uid, v: given.value });
      if (given.kind === 'delete') return fixture.delete(given.uid);
      return fixture.update(given.uid, given.kind === 'rename' ? { __NAME__: given.to } : { v: given.value });
    };
    await fc.assert(fc.asyncProperty(fc.array(fc.array(step, { maxLength: 5 }), { maxLength: 5 }), fc.boolean(), async (groups, terminated) => {
      const fixture = await Fixture.of(`uid,v\na,0\n"x\ny",0${terminated ? '\n' : ''}`);
      let model: Model = new Map([['a', '0'], ['x\ny', '0']]);
      for (const group of groups) {
        const results = await Promise.allSettled(group.map((given) => run(fixture, given)));
        const { objects } = await fixture.all();
        const now = objects.map((object) => [object.uid.value, (plain(object)?.['v'] ?? '') as string] as const);
        expect(possible(model, [...group.entries()])).toContain(JSON.stringify([results.map(({ status }, index) => [index, status === 'fulfilled']), now.toSorted()]));
        model = new Map(now);
        for (const [name, held] of model) expect(plain(await fixture.get(name))).toEqual(held === '' ? {} : { v: held });
      }
      await removeFixtures();
    }), { numRuns: 60 });
  });
});

describe('several agents on one file', () => {
  const TIMES = { wait: 300, heartbeat: 20, stale: 150 };

  it('a lock that another process holds and keeps alive is waited for, then reported as retryable', async () => {
    const { path } = await Fixture.of();
    const held = await lockFile(`${path}.lock`, TIMES);
    const error = await failure(lockFile(`${path}.lock`, TIMES));
    expect(error.kind).toBe('retryable');
    expect(error.message).toContain(`held by process ${process.pid} on ${hostname()}`);
    await held.release();
    await (await lockFile(`${path}.lock`, TIMES)).release();
  });

  it.each([
    ['a process that no longer exists', { id: 'x', pid: 2 ** 22 + 1, host: hostname(), machine: MACHINE }],
    ['an earlier process that had our process id', { id: 'x', pid: process.pid, host: hostname(), machine: MACHINE }],
    ['another machine, without sign of life', { id: 'x', pid: 1, host: 'elsewhere' }],
  ])('a lock left by %s is taken away', async (_, holder) => {
    const { path, names } = await Fixture.of().then((fixture) => ({ path: fixture.path, names: () => fixture.names() }));
    await writeFile(`${path}.lock`, JSON.stringify(holder));
    const lock = await lockFile(`${path}.lock`, TIMES);
    await lock.assertHeld();
    await lock.release();
    expect(await names()).toEqual(['people.csv']);
  });

  it.each([['that has our process id', process.pid], ['whose process does not exist here', 2 ** 22 + 1]])('a live lock of a machine with our host name %s is left alone', async (_, pid) => {
    const { path } = await Fixture.of();
    await writeFile(`${path}.lock`, JSON.stringify({ id: 'x', pid, host: hostname(), machine: `${hostname()} of another start` }));
    const error = await failure(lockFile(`${path}.lock`, { ...TIMES, stale: 60_000 }));
    expect(error.kind).toBe('retryable');
    expect(await readFile(`${path}.lock`, 'utf8')).toContain('"x"');
  });

  it('what an agent that was killed during a rewrite left behind is removed by the next write', async () => {
    const fixture = await Fixture.of();
    await writeFile(join(fixture.directory, '.people.csv.rewrite-0123456789ab.tmp'), 'half of it');
    await writeFile(`${fixture.path}.lock`, JSON.stringify({ id: 'x', pid: 2 ** 22 + 1, host: hostname(), machine: MACHINE }));
    await fixture.update('ann', { mail: 'x' });
    expect(await fixture.names()).toEqual(['people.csv']);
    expect(plain(await fixture.get('ann'))).toEqual({ first_name: 'Ann', mail: 'x' });
  });

  it('who lost the lock is told so, and does not remove the other\'s', async () => {
    const { path } = await Fixture.of();
    const lock = await lockFile(`${path}.lock`, TIMES);
    await writeFile(`${path}.lock`, JSON.stringify({ id: 'other', pid: 1, host: 'elsewhere' }));
    const error = await vi.waitFor(() => failure(lock.assertHeld()), { timeout: 2000, interval: 10 });
    expect(error.kind).toBe('retryable');
    await lock.release();
    expect(await readFile(`${path}.lock`, 'utf8')).toContain('other');
  });

  it('creates of two agents at once lose nothing', async () => {
    const fixture = await Fixture.of();
    // A second copy of the modules shares nothing with the first, as another process would.
    vi.resetModules();
    vi.doMock('node:os', async (original) => ({ ...await original<typeof import('node:os')>(), hostname: () => 'elsewhere' }));
    const other = (await import('../../../connectors/catalog/csv/index.js')).default;
    vi.doUnmock('node:os');
    const session = await other.open(fixture.config, openContext({ stateDirectory: async () => join(fixture.directory, 'state2') }));
    const create = (name: string): Promise<unknown> => (other.operations as typeof operations).create(session, { objectClass: ACCOUNT, options: OperationOptions.none, attributes: attributes({ __NAME__: name }) }, call());
    const names = Array.from({ length: 60 }, (_, index) => `p${index}`);
    for (let at = 0; at < names.length; at += 6) {
      await Promise.all(names.slice(at, at + 6).map((name, index) => (index % 2 === 0 ? fixture.create({ __NAME__: name }) : create(name))));
    }
    expect((await fixture.uids()).sort()).toEqual(['ann', 'bob', 'cid', ...names].sort());
    expect((await stat(fixture.path)).size).toBe(Buffer.byteLength(await fixture.text()));
  });
});
