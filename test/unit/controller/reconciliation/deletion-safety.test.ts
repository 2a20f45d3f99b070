import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { ConnectorError } from '../../../../protocol/model/index.js';
import { RunStore } from '../../../../controller/reconciliation/runs/run-store.js';
import { until } from '../../../support/until.js';
import { MAPPING, startRecon, type Recon } from '../start-recon.js';

let recon: Recon;
afterEach(() => recon.stop());

const script = (source: string): object => ({ type: 'text/javascript', source });
const WAITING = { policies: [{ situation: 'UNASSIGNED', action: 'DELETE' }, { situation: 'SOURCE_MISSING', action: 'DELETE' }], thresholds: { DELETE: 1 } };
const BY_SCRIPT = { correlation: [], correlationQuery: script('({ _queryFilter: "uid eq \\"" + source.uid + "\\"" })') };

/** A run that wants three targets deleted and waits to be told that it may. */
async function waiting(more: object = {}): Promise<string> {
  recon = await startRecon({ ...WAITING, ...more });
  recon.source.add('s', { uid: 's' }, 's');
  for (const name of ['t1', 't2', 't3']) recon.target.add(name, { uid: name }, name);
  const summary = await recon.run();
  expect(summary['state']).toBe('AWAITING_APPROVAL');
  return summary['_id'] as string;
}

async function approved(id: string): Promise<Record<string, unknown>> {
  await recon.service.decide(id, 'approved', 'carol');
  recon.service.watch();
  await until(async () => /^(?:SUCCESS|FAILED)$/.test((await recon.service.summary(id))['state'] as string), 'the run');
  return recon.service.summary(id);
}

describe('a run that waited for its approval', () => {
  it('does nothing once the mapping is another one', async () => {
    const id = await waiting();
    await writeFile(join(recon.folder, 'sync.json'), JSON.stringify({ mappings: [{ ...MAPPING, ...WAITING, source: 'system/dst/account', target: 'system/src/account' }] }));
    expect(await approved(id)).toMatchObject({ state: 'FAILED', message: expect.stringContaining('was changed since the run read them') as string });
    expect([recon.source.named('delete'), recon.target.named('delete'), recon.target.named('create')]).toEqual([[], [], []]);
  });

  it('does nothing once a system is configured otherwise', async () => {
    const id = await waiting();
    const file = join(recon.folder, 'provisioner.openicf-dst.json');
    await writeFile(file, (await readFile(file, 'utf8')).replace('"configurationProperties":{}', '"configurationProperties":{"host":"production"}'));
    await recon.registry.load();
    expect(await approved(id)).toMatchObject({ state: 'FAILED', message: expect.stringContaining('was changed since') as string });
    expect(recon.target.objects.size).toBe(3);
  });

  it('leaves what was linked meanwhile', async () => {
    const id = await waiting(BY_SCRIPT);
    recon.source.add('new', { uid: 'other' }, 'new');
    await recon.database.query("insert into link (link_type, link_qualifier, first_id, second_id, first_key, second_key) values ('m', 'default', 'new', 't2', 'new', 't2')");
    expect(await approved(id)).toMatchObject({ state: 'SUCCESS', statusSummary: { FAILURE: 1 }, progress: { target: { deleted: 2 } } });
    expect([...recon.target.objects.keys()]).toContain('t2');
  });

  it('leaves what lost the link it was to go by', async () => {
    recon = await startRecon({ ...WAITING, thresholds: { DELETE: 0 } });
    recon.source.add('keep', { uid: 'keep' }, 'keep');
    recon.source.add('gone', { uid: 'gone' }, 'gone');
    await recon.run();
    recon.source.objects.delete('gone');
    const summary = await recon.run();
    expect(summary['state']).toBe('AWAITING_APPROVAL');
    await recon.database.query("delete from link where first_id = 'gone'");
    expect(await approved(summary['_id'] as string)).toMatchObject({ statusSummary: { FAILURE: 1 }, progress: { target: { deleted: 0 } } });
  });
});

describe('a deletion is withheld', () => {
  it('where a source is valid under one link qualifier and not under another, and both lead to one target', async () => {
    recon = await startRecon({
      linkQualifiers: ['user', 'admin'], validSource: script('linkQualifier === "user"'), policies: [{ situation: 'UNQUALIFIED', action: 'DELETE' }],
    });
    recon.source.add('s', { uid: 'x' });
    recon.target.add('t', { uid: 'x' }, 't');
    expect(await recon.run()).toMatchObject({ situationSummary: { FOUND: 1, UNQUALIFIED: 1 }, progress: { target: { deleted: 0 } }, statusSummary: { FAILURE: 1 } });
    expect([...recon.target.objects.keys()]).toEqual(['t']);
  });

  it('from a run over a part of the source, where a script correlates', async () => {
    recon = await startRecon({ ...WAITING, ...BY_SCRIPT, thresholds: {} });
    for (const uid of ['a', 'b']) {
      recon.source.add(uid, { uid });
      recon.target.add(`t${uid}`, { uid });
    }
    expect(await recon.run({ sourceQuery: { _queryFilter: 'uid eq "a"' } })).toMatchObject({ state: 'FAILED', message: expect.stringContaining('a part of the source only') as string });
    expect(recon.target.named('delete')).toEqual([]);
  });

  it('from the moment the source shows nothing any more, however many are still to go', async () => {
    recon = await startRecon({ ...WAITING, thresholds: { DELETE: 2_000 } });
    recon.source.add('s', { uid: 's' }, 's');
    for (let index = 0; index < 1_100; index += 1) recon.target.add(`t${index}`, { uid: `t${index}` });
    const perform = recon.target.perform.bind(recon.target);
    recon.target.perform = (async (operation: never, call: never) => {
      if ((operation as { kind: string }).kind === 'delete') recon.source.objects.clear();
      return perform(operation, call);
    });
    expect(await recon.run()).toMatchObject({ state: 'FAILED', progress: { target: { deleted: 500 } }, message: expect.stringContaining('lost its rights') as string });
  }, 60_000);
});

describe('a run', () => {
  it('that somebody cancelled while nobody carried it out does nothing when it is taken up', async () => {
    recon = await startRecon();
    recon.source.add('s', { uid: 's' });
    const store = new RunStore(recon.database);
    await store.begin({ id: 'left', mapping: 'm', caller: 'tester', request: {} }, { _id: 'left', state: 'ACTIVE' });
    await store.requestCancel('left');
    recon.service.watch();
    await until(async () => (await recon.service.summary('left'))['state'] === 'CANCELED', 'the run');
    expect(recon.target.calls).toEqual([]);
  });

  it('ends at once when one side fails while the other one cannot be reached', async () => {
    recon = await startRecon({}, { patience: 600_000 });
    recon.source.failures.set('search', new ConnectorError('invalidAttributeValue', 'the filter is wrong'));
    recon.target.failures.set('search', new ConnectorError('connectionBroken', 'the agent is gone'));
    expect(await recon.run()).toMatchObject({ state: 'FAILED', message: expect.stringContaining('the filter is wrong') as string });
  });

  it('bears ids and correlated values longer than an index holds', async () => {
    recon = await startRecon({ taskThreads: 1 });
    const long = randomBytes(3_000).toString('hex');
    recon.source.add('s', { uid: long }, `s${long}`);
    recon.target.add('t', { uid: long }, `t${long}`);
    expect(await recon.run()).toMatchObject({ state: 'SUCCESS', situationSummary: { FOUND: 1 }, statusSummary: { FAILURE: 0 } });
    expect(await recon.run()).toMatchObject({ situationSummary: { CONFIRMED: 1 } });
  });

  it('tells of a failure whose words the database cannot store', async () => {
    recon = await startRecon({ validSource: script('throw new Error("a NUL \\u0000 in it")') });
    recon.source.add('s', { uid: 's' });
    expect(await recon.run()).toMatchObject({ state: 'SUCCESS', statusSummary: { FAILURE: 1 } });
    const [row] = await recon.database.query<{ message: string }>('select message from recon_object');
    expect(row?.message).toContain('a NUL \uFFFD in it');
  });

  it('looks, once it has ended, at no more than the reports that are there', async () => {
    recon = await startRecon();
    for (let run = 0; run < 3; run += 1) {
      recon.source.add(`s${run}`, { uid: String(run) });
      await recon.run();
    }
    const store = new RunStore(recon.database);
    expect(await store.beyond(1)).toEqual([2, 1]);
    await recon.database.query('drop table recon_object_1');
    expect(await store.beyond(1)).toEqual([2]);
  });
});
