import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { layoutOf } from '../../../connectors/catalog/csv/format/dialect.js';
import { Table } from '../../../connectors/catalog/csv/format/table.js';
import { differences } from '../../../connectors/catalog/csv/history/differences.js';
import { GuardedString, type IcfValue, type SyncDelta, type SyncToken } from '../../../protocol/model/index.js';
import { Fixture, PEOPLE, call, failure, plain, removeFixtures } from './fixture.js';

afterEach(removeFixtures);

const shown = (deltas: readonly SyncDelta[]) => deltas.map(({ kind, uid, object }) => [kind, uid.value, plain(object)] as const);

/** A fixture whose file was synchronized once, long enough ago. */
async function based(content = PEOPLE, config: Parameters<typeof Fixture.of>[1] = {}): Promise<{ fixture: Fixture; token: SyncToken }> {
  const fixture = await Fixture.of(content, config);
  await utimes(fixture.path, 1_700_000_000, 1_700_000_000);
  const { token } = await fixture.changes(null);
  return { fixture, token: token ?? { value: null } };
}

describe('a synchronization that is refused', () => {
  it.each<[string, IcfValue]>([['text', 'yesterday'], ['a path', '../../etc/passwd'], ['a short number', 5], ['a list', ['1700000000000']], ['nothing', null], ['a run backwards', '1700000000001>1700000000000>1'], ['a run to nowhere', '1700000000000>1700000000001>-1']])('with %s as token', async (_, value) => {
    const { fixture } = await based();
    const error = await failure(fixture.changes({ value }));
    expect(error.kind).toBe('illegalArgument');
    expect(error.message).toMatch(/13 digits/);
  });

  it('with a token whose copy is gone: what changed cannot be told', async () => {
    const { fixture, token } = await based();
    await rm(`${fixture.path}.${token.value as bigint}`);
    await fixture.delete('ann');
    const error = await failure(fixture.changes(token));
    expect(error.kind).toBe('connector');
    expect(error.message).toMatch(/is gone.*Run a reconciliation, then reset the sync token/);
  });

  it('of another object class', async () => {
    const fixture = await Fixture.of();
    expect((await failure(fixture.sync(null, '__GROUP__').next())).kind).toBe('illegalArgument');
    expect((await failure(fixture.latest('__GROUP__'))).kind).toBe('illegalArgument');
  });

  it('after columns were added or removed', async () => {
    const { fixture, token } = await based('uid,mail\nann,a\n');
    await fixture.write('uid,phone\nann,1\n');
    const error = await failure(fixture.changes(token));
    expect(error.kind).toBe('connector');
    expect(error.message).toMatch(/Headers do not match.*added \(phone\) or removed \(mail\)/);
  });

  it.each([
    ['a uid twice', 'uid,mail\nann,a\nbob,b\nann,c\n', /uid ann on lines 2, 4/],
    ['a row of another shape', 'uid,mail\nann,a\nbob\n', /line 3: the row has 1 field/],
  ])('of a file with %s; it names the file, not our snapshot, and leaves none', async (_, content, message) => {
    const { fixture, token } = await based('uid,mail\nann,a\n');
    await fixture.write(content);
    const error = await failure(fixture.changes(token));
    expect(error.message).toMatch(message);
    expect(error.message).toContain(fixture.path);
    expect(error.message).not.toContain('snapshot');
    expect(await fixture.names()).toEqual(['people.csv', `people.csv.${token.value as bigint}`]);
  });
});

describe('the token', () => {
  it('is the file\'s modification time in milliseconds, a long, with a copy of the file under it', async () => {
    const { fixture, token } = await based();
    expect(token).toEqual({ value: 1_700_000_000_000n });
    expect(await readFile(`${fixture.path}.1700000000000`, 'utf8')).toBe(PEOPLE);
  });

  it('without a token there are no changes: the present file is the base', async () => {
    const fixture = await Fixture.of();
    const { deltas } = await fixture.changes(null);
    expect(deltas).toEqual([]);
  });

  it('latestSyncToken makes the first copy, so that no change after it is lost', async () => {
    const fixture = await Fixture.of();
    await utimes(fixture.path, 1_700_000_000, 1_700_000_000);
    const token = await fixture.latest();
    await fixture.create({ __NAME__: 'dan' });
    expect(shown((await fixture.changes(token)).deltas)).toEqual([['CREATE', 'dan', {}]]);
  });

  it('latestSyncToken answers the newest copy there is, one of the Java connector\'s too', async () => {
    const fixture = await Fixture.of();
    await writeFile(`${fixture.path}.1300734815289`, PEOPLE.replace('bob,Bob', 'bob,Robert'));
    await writeFile(`${fixture.path}.1200734815289`, PEOPLE);
    await writeFile(`${fixture.path}.backup`, PEOPLE);
    await writeFile(`${fixture.path}.13007348152891`, PEOPLE);
    const token = await fixture.latest('__ALL__');
    expect(token).toEqual({ value: 1_300_734_815_289n });
    expect(shown((await fixture.changes(token)).deltas)).toEqual([['UPDATE', 'bob', { first_name: 'Bob', mail: 'bob@example.com' }]]);
  });

  it.each<[string, IcfValue]>([['a string', '1700000000000'], ['a number', 1_700_000_000_000], ['a long', 1_700_000_000_000n]])('is understood as %s', async (_, value) => {
    const { fixture } = await based();
    await fixture.delete('ann');
    expect(shown((await fixture.changes({ value })).deltas)).toEqual([['DELETE', 'ann', undefined]]);
  });

  it('grows even when the file\'s time is set back', async () => {
    const { fixture, token } = await based();
    await fixture.delete('ann');
    await utimes(fixture.path, 1_600_000_000, 1_600_000_000);
    const next = (await fixture.changes(token)).token;
    expect(next).toEqual({ value: 1_700_000_000_001n });
    await utimes(fixture.path, 0, 0);
    await fixture.create({ __NAME__: 'dan' });
    expect(shown((await fixture.changes(next ?? null)).deltas)).toEqual([['CREATE', 'dan', {}]]);
  });
});

describe('sync', () => {
  it('Sync polls the file for native changes: deletes first, then creates and updates, each with its place in the run', async () => {
    const { fixture, token } = await based();
    await fixture.write('uid,first name,mail,password\nbob,Bob,new@example.com,secret2\ndan,Dan,,x\ncid,Cid,,secret3\n');
    const { deltas, token: next } = await fixture.changes(token);
    expect(shown(deltas)).toEqual([
      ['DELETE', 'ann', undefined],
      ['UPDATE', 'bob', { first_name: 'Bob', mail: 'new@example.com' }],
      ['CREATE', 'dan', { first_name: 'Dan' }],
    ]);
    const target = BigInt(Math.floor((await stat(fixture.path)).mtimeMs));
    expect(deltas.map((delta) => [delta.objectClass, delta.token.value])).toEqual([1, 2, 3].map((done) => ['__ACCOUNT__', `${token.value as bigint}>${target}>${done}`]));
    expect(next?.value).toBe(target);
    expect((await fixture.changes(next ?? null)).deltas).toEqual([]);
  });

  it('sees our own writes too, and a password change without showing the password', async () => {
    const { fixture, token } = await based();
    await fixture.update('ann', { __PASSWORD__: new GuardedString('changed') });
    const { deltas } = await fixture.changes(token);
    expect(shown(deltas)).toEqual([['UPDATE', 'ann', { first_name: 'Ann', mail: 'ann@example.com' }]]);
    expect(JSON.stringify(deltas, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))).not.toContain('changed');
  });

  it('a rename is a delete and a create', async () => {
    const { fixture, token } = await based();
    await fixture.update('ann', { __NAME__: 'anna' });
    expect(shown((await fixture.changes(token)).deltas).map(([kind, uid]) => [kind, uid])).toEqual([['DELETE', 'ann'], ['CREATE', 'anna']]);
  });

  it('an identical file gives nothing, keeps the token and makes no copy', async () => {
    const { fixture, token } = await based();
    expect(await fixture.changes(token)).toEqual({ deltas: [], token });
    await utimes(fixture.path, 1_700_000_500, 1_700_000_500);
    expect(await fixture.changes(token)).toEqual({ deltas: [], token });
    expect(await fixture.names()).toEqual(['people.csv', 'people.csv.1700000000000']);
  });

  it('a file that was compared and not touched since is not compared again', async () => {
    const { fixture, token } = await based();
    await utimes(fixture.path, 1_700_000_500, 1_700_000_500);
    await fixture.changes(token);
    // Whether it is read at all shows when it cannot be: a copy damaged behind our back goes unnoticed.
    await writeFile(`${fixture.path}.1700000000000`, 'damaged');
    expect(await fixture.changes(token)).toEqual({ deltas: [], token });
    await utimes(fixture.path, 1_700_000_600, 1_700_000_600);
    expect((await failure(fixture.changes(token))).message).toMatch(/no column "uid"/);
  });

  it('other quotes, blanks, line ends, row order and column order are no change', async () => {
    const { fixture, token } = await based();
    await fixture.write('mail,password,uid,first name\r\nbob@example.com,"secret2",bob, Bob \r\n"ann@example.com",secret1,"ann",Ann\r\n\r\n,secret3,cid,Cid');
    expect((await fixture.changes(token)).deltas).toEqual([]);
  });

  it('At most syncFileRetentionCount historical copies of the file are kept', async () => {
    for (const count of [0, 1, 3]) {
      const { fixture, token } = await based(PEOPLE, { syncFileRetentionCount: count });
      let next: SyncToken | undefined = token;
      for (let run = 0; run < 5; run++) {
        await fixture.create({ __NAME__: `n${run}` });
        const result = await fixture.changes(next ?? null);
        expect(result.deltas.length).toBe(1);
        next = result.token;
      }
      const kept = (await fixture.names()).filter((name) => /\.\d{13}$/.test(name));
      expect(kept.length).toBe(Math.max(1, count));
      expect(kept).toContain(`people.csv.${next?.value as bigint}`);
      expect((await fixture.names()).length).toBe(kept.length + 1);
    }
  });

  it('a run that is broken off leaves its two copies and can be repeated', async () => {
    const { fixture, token } = await based();
    await fixture.delete('ann');
    await fixture.delete('bob');
    for (let attempt = 0; attempt < 3; attempt++) {
      const run = fixture.sync(token);
      expect((await run.next()).value).toMatchObject({ kind: 'DELETE' });
      await run.return(undefined);
      expect((await fixture.names()).filter((name) => name !== 'people.csv')).toEqual(['people.csv.1700000000000', expect.stringMatching(/^people\.csv\.\d{13}$/) as string]);
    }
    expect((await fixture.changes(token)).deltas.length).toBe(2);
  });

  it('a run that is broken off goes on behind any change whose token was stored, to the state the run began with', async () => {
    for (const retention of [1, 3]) {
      const { fixture, token } = await based(PEOPLE, { syncFileRetentionCount: retention });
      await fixture.write('uid,first name,mail,password\nbob,Bob,new@example.com,secret2\ndan,Dan,,x\n');
      const run = fixture.sync(token);
      const seen: SyncDelta[] = [];
      for (let count = 0; count < 2; count++) seen.push((await run.next()).value as SyncDelta);
      await run.return(undefined);
      await fixture.create({ __NAME__: 'late' });
      for (let done = 0; done < seen.length; done++) {
        const { deltas, token: end } = await fixture.changes(seen[done]!.token);
        expect(shown([...seen.slice(0, done + 1), ...deltas])).toEqual([
          ['DELETE', 'ann', undefined], ['DELETE', 'cid', undefined], ['UPDATE', 'bob', { first_name: 'Bob', mail: 'new@example.com' }], ['CREATE', 'dan', { first_name: 'Dan' }],
        ]);
        expect(typeof end?.value).toBe('bigint');
        if (retention === 1) break;
        expect(shown((await fixture.changes(end ?? null)).deltas)).toEqual([['CREATE', 'late', {}]]);
      }
    }
  });

  it('a run whose copies are gone cannot go on, and says so', async () => {
    const { fixture, token } = await based();
    await fixture.delete('ann');
    await fixture.delete('bob');
    const run = fixture.sync(token);
    const { token: place } = (await run.next()).value as SyncDelta;
    await run.return(undefined);
    await rm(`${fixture.path}.${(place.value as string).split('>')[1]!}`);
    expect((await failure(fixture.changes(place))).message).toMatch(/is gone.*Run a reconciliation/);
  });

  it('what changes during a run belongs to the next one', async () => {
    const { fixture, token } = await based();
    await fixture.delete('ann');
    await fixture.delete('bob');
    const run = fixture.sync(token);
    const first = await run.next();
    await fixture.create({ __NAME__: 'late' });
    const second = await run.next();
    const end = await run.next();
    expect([first, second].map(({ value }) => (value !== undefined && 'uid' in value ? value.uid.value : ''))).toEqual(['ann', 'bob']);
    expect(end.done).toBe(true);
    expect(shown((await fixture.changes(end.value as SyncToken)).deltas)).toEqual([['CREATE', 'late', {}]]);
  });

  it('a uid that was not unique in the copy is no reason to fail once it is', async () => {
    const fixture = await Fixture.of('uid,mail\nann,a\n');
    await writeFile(`${fixture.path}.1300734815289`, 'uid,mail\nann,a\nann,b\nbob,x\nbob,y\n');
    expect(shown((await fixture.changes({ value: '1300734815289' })).deltas)).toEqual([['DELETE', 'bob', undefined], ['UPDATE', 'ann', { mail: 'a' }]]);
  });
});

describe('differences', () => {
  it('of any two files are those of two maps, in however many passes', async () => {
    const rows = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 2 })), { selector: ([uid]) => uid, maxLength: 50 });
    const fixture = await Fixture.of();
    const layout = layoutOf(fixture.config);
    const text = (content: readonly (readonly [number, number])[]): string => `uid,v\n${content.map(([uid, value]) => `u${uid},${value}\n`).join('')}`;
    await fc.assert(fc.asyncProperty(rows, rows, fc.integer({ min: 4, max: 300 }), async (before, after, limit) => {
      await writeFile(`${fixture.path}.a`, text(before));
      await writeFile(`${fixture.path}.b`, text(after));
      const old = await Table.open(`${fixture.path}.a`, layout);
      const now = await Table.open(`${fixture.path}.b`, layout);
      const found: string[] = [];
      try {
        for await (const { kind, uid } of differences(old, now, call(), limit)) found.push(`${kind} ${uid}`);
      } finally {
        await old.close();
        await now.close();
      }
      const held = new Map(before);
      const expected = [
        ...before.filter(([uid]) => !after.some(([other]) => other === uid)).map(([uid]) => `deleted u${uid}`),
        ...after.flatMap(([uid, value]) => (!held.has(uid) ? [`created u${uid}`] : held.get(uid) === value ? [] : [`updated u${uid}`])),
      ];
      expect(found.sort()).toEqual(expected.sort());
    }), { numRuns: 60 });
  });
});
