import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryTarget, memoryConnector } from '../../../support/memory-connector.js';
import { desk, type DeskRun, type DeskWorld } from '../../../support/desk.js';
import { heldSecret, startThings, thingsConnector, type Thing } from '../../../support/things-service.js';

const SECRET = heldSecret('client');
const PASSWORD = heldSecret('password');

let directory: string;
let fake: Awaited<ReturnType<typeof startThings>>;
let things: Thing[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'desk-dry-'));
  things = [{ id: 't1', name: 'one', colour: 'red', tags: ['a', 'b'] }, { id: 't2', name: 'two' }];
  fake = await startThings(things, SECRET);
});
afterEach(async () => {
  await fake.service.stop();
  await rm(directory, { recursive: true, force: true });
});

const world: DeskWorld = { environment: { SECRET, PASSWORD }, load: (id) => Promise.resolve(id === 'things' ? thingsConnector : undefined) };

function onThings(command: string, ...words: string[]): Promise<DeskRun> {
  return desk([command, '--connector', 'things', '--set', `address=${fake.service.origin}`, '--set-from', 'clientSecret=env:SECRET', '--class', 'thing', ...words], world);
}

async function agentConfig(policy: string): Promise<string> {
  const file = join(directory, 'agent.yaml');
  await writeFile(join(directory, 'policy.yaml'), policy);
  await writeFile(file, 'agent: {name: site-1, stateDirectory: state}\ncontrollers: [{url: "wss://nowhere.invalid/"}]\npolicy: {file: policy.yaml}\n');
  return file;
}

describe('a write that is not confirmed, or wrong', () => {
  it('is not made without --yes where nobody can be asked', async () => {
    const { exit, told } = await onThings('delete', '--uid', 't1');
    expect(exit).toBe(2);
    expect(told).toContain('This would delete one object at things. Give --yes to have it done, or --dry-run to see what it would be.');
    expect(fake.writes()).toBe(0);
  });

  it('takes no secret from the command line, and does not repeat it', async () => {
    const { exit, told } = await onThings('update', '--uid', 't1', '--value', `__PASSWORD__=${PASSWORD}`, '--yes');
    expect(exit).toBe(2);
    expect(told).toContain('--value-from __PASSWORD__=env:VARIABLE');
    expect(told).not.toContain(PASSWORD);
    expect(fake.writes()).toBe(0);
  });

  it('names an unknown property with what was meant, and one that may not be left out', async () => {
    expect((await onThings('update', '--uid', 't1', '--value', 'color=blue', '--dry-run')).told).toContain('did you mean colour?');
    expect((await onThings('create', '--value', 'colour=blue', '--dry-run')).told).toContain("Required attribute '__NAME__' value is null");
    expect(fake.writes()).toBe(0);
  });
});

describe('--dry-run', () => {
  it.each([
    ['create', ['--value', '__NAME__=three', '--value-from', '__PASSWORD__=env:PASSWORD']],
    ['update', ['--uid', 't1', '--value', 'colour=blue']],
    ['update', ['--uid', 't1', '--add', 'tags=c']],
    ['update', ['--uid', 't1', '--remove', 'tags=a']],
    ['delete', ['--uid', 't1', '--uid', 't2']],
    ['delete', ['--uid', 'nobody']],
  ])('%s %j sends nothing that writes; the same without it does', async (command, words) => {
    const before = JSON.stringify(things);
    expect(await onThings(command, ...words, '--dry-run')).toMatchObject({ exit: 0 });
    expect(fake.writes()).toBe(0);
    expect(JSON.stringify(things)).toBe(before);
    if (!words.includes('nobody')) {
      expect(await onThings(command, ...words, '--yes')).toMatchObject({ exit: 0 });
      expect(fake.writes()).toBeGreaterThan(0);
    }
  });

  it('shows value by value what would change, and the request that would be sent', async () => {
    const { rows: [change] } = await onThings('update', '--uid', 't1', '--value', 'colour=blue', '--value', 'tags=b', '--value', 'tags=c', '--dry-run', '--json');
    expect(change).toMatchObject({
      operation: 'update', objectClass: 'thing', uid: 't1', exists: true, policy: { allowed: true, rule: 'default' },
      changes: [{ attribute: 'colour', added: ['blue'], removed: ['red'] }, { attribute: 'tags', added: ['c'], removed: ['a'], kept: 1 }],
    });
    expect(change?.['request']).toBe(`PATCH ${fake.service.origin}/things/t1\ncontent-type: application/json\n{"colour":"blue","tags":["b","c"]}`);
  });

  it('masks what is confidential, in the changes and in the request', async () => {
    const { out, told, rows: [change] } = await onThings('create', '--value', '__NAME__=three', '--value-from', '__PASSWORD__=env:PASSWORD', '--dry-run', '--json');
    expect(change).toMatchObject({ changes: [{ attribute: '__NAME__', added: ['three'] }, { attribute: '__PASSWORD__', added: ['********'], isMasked: true }] });
    expect(change?.['request']).toContain('"initial":"**scrubbed**"');
    for (const secret of [PASSWORD, SECRET]) expect(out + told).not.toContain(secret);
  });

  it('says that there is no such object, and that nothing would change', async () => {
    expect((await onThings('delete', '--uid', 'nobody', '--dry-run', '--json')).rows).toMatchObject([{ exists: false, request: null, requestUnknown: 'there is no such object' }]);
    expect((await onThings('update', '--uid', 't1', '--value', 'colour=red', '--dry-run', '--json')).rows).toMatchObject([{ exists: true, changes: [] }]);
  });

  it('says that the request is not known of a connector that cannot be looked at, and does not call it', async () => {
    const target = new MemoryTarget();
    target.add('u1', { mail: 'a@example.com' });
    const before = target.objects.size;
    const memory = memoryConnector(target, { without: ['schema'] });
    const { rows } = await desk(['delete', '--connector', 'memory', '--set', 'host=h', '--uid', 'u1', '--dry-run'], { load: () => Promise.resolve(memory) });
    expect(rows).toMatchObject([{ exists: true, request: null, requestUnknown: 'Memory cannot be looked at on its way to the target' }]);
    expect(target.objects.size).toBe(before);
  });

  it('says which rule refuses it, and begins nothing', async () => {
    const config = await agentConfig('version: 1\ndefault: allow\nrules:\n  - {name: no-deletes, effect: deny, operations: [delete]}\n');
    expect((await onThings('delete', '--uid', 't1', '--dry-run', '--config', config)).rows).toMatchObject([{ policy: { allowed: false, rule: 'no-deletes' }, request: null, requestUnknown: 'the policy refuses it' }]);
    expect(await onThings('delete', '--uid', 't1', '--yes', '--config', config)).toMatchObject({ exit: 1, told: expect.stringContaining('rule no-deletes denies it') as string });
    expect(fake.writes()).toBe(0);
  });

  it('does not count for a brake', async () => {
    const config = await agentConfig('version: 1\ndefault: allow\nbrakes:\n  - {name: few, changes: [delete], limit: 1}\n');
    for (let time = 0; time < 3; time++) expect((await onThings('delete', '--uid', 't1', '--dry-run', '--config', config)).rows).toMatchObject([{ policy: { allowed: true } }]);
    expect(await onThings('delete', '--uid', 't1', '--yes', '--config', config)).toMatchObject({ exit: 0 });
    expect((await onThings('delete', '--uid', 't2', '--dry-run', '--config', config)).rows).toMatchObject([{ policy: { allowed: false, rule: 'few' } }]);
  });
});

describe('the limits of production', () => {
  it('a brake stops a mass delete, and still stands at the next command', async () => {
    for (let number = 3; number <= 10; number++) things.push({ id: `t${number}`, name: `n${number}` });
    const config = await agentConfig('version: 1\ndefault: allow\nbrakes:\n  - {name: mass-delete, changes: [delete], limit: 3}\n');
    const uids = things.flatMap(({ id }) => ['--uid', id]);
    const { exit, told, rows } = await onThings('delete', ...uids, '--yes', '--config', config, '--json');
    expect(exit).toBe(1);
    expect(told).toContain('mass-delete');
    expect(told).toContain('3 objects deleted of 10');
    expect(rows.map(({ _id }) => _id)).toEqual(['t1', 't2', 't3']);
    expect(fake.writes()).toBe(3);
    expect(await onThings('delete', '--uid', 't9', '--yes', '--config', config)).toMatchObject({ exit: 1 });
    expect(fake.writes()).toBe(3);
  });

  it('writes are audited under the name of the desk, in a log of its own', async () => {
    const config = await agentConfig('version: 1\ndefault: allow\n');
    expect(await onThings('delete', '--uid', 't1', '--yes', '--config', config)).toMatchObject({ exit: 0 });
    const log = join(directory, 'state', 'audit', 'desk');
    const lines = (await Promise.all((await readdir(log)).filter((name) => name.endsWith('.jsonl')).map((name) => readFile(join(log, name), 'utf8')))).join('');
    expect(lines).toMatch(/"desk:[^"]+"/);
    expect(lines).toContain('delete');
  });

  it('the rate limit of the connector paces a query', async () => {
    for (let number = 3; number <= 8; number++) things.push({ id: `t${number}`, name: `n${number}` });
    const { exit, rows } = await onThings('query', '--set', 'readRateLimit=2/sec');
    expect(exit).toBe(0);
    expect(rows).toHaveLength(8);
    const pages = fake.service.seenOf('GET /things').map(({ at }) => at);
    expect(pages.length).toBeGreaterThanOrEqual(4);
    // Never more than two in a second, measured at the service.
    for (const [index, at] of pages.entries()) expect(pages.filter((other) => other >= at && other < at + 950).length, `from request ${index}`).toBeLessThanOrEqual(2);
  });
});
