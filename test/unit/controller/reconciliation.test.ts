import { afterEach, describe, expect, it } from 'vitest';
import { synchroniseChange } from '../../../controller/sync/synchronise-change.js';
import { ConnectorError } from '../../../protocol/model/index.js';
import { compileMapping } from '../../../controller/mappings/mapping.js';
import { parseTemplate } from '../../../controller/mappings/template.js';
import { MAPPING, startRecon, type Recon } from './start-recon.js';

let recon: Recon;
afterEach(() => recon.stop());
const counted = (summary: { situationSummary: Record<string, number> }): Record<string, number> => Object.fromEntries(Object.entries(summary.situationSummary).filter(([, count]) => count > 0));
const policy = (situation: string, action: string): object => ({ policies: [{ situation, action }] });
const audit = async (): Promise<Record<string, unknown>[]> => (await recon.database.query<{ content: Record<string, unknown> }>("select content from audit_entry where content ->> 'entryType' = 'entry' order by number")).map(({ content }) => content);

describe('a reconciliation that must not do harm', () => {
  it('fails on an empty source and touches nothing, unless that is allowed', async () => {
    recon = await startRecon(policy('UNASSIGNED', 'DELETE'));
    recon.target.add('t');
    expect(await recon.run()).toMatchObject({ state: 'FAILED', stage: 'COMPLETED_FAILED', message: expect.stringContaining('is empty') as string });
    expect(recon.target.objects.size).toBe(1);
    expect(await recon.run({ allowEmptySourceSet: true })).toMatchObject({ state: 'SUCCESS' });
    expect(recon.target.objects.size).toBe(0);
  });

  it('deletes nothing when a read breaks off', async () => {
    recon = await startRecon(policy('UNASSIGNED', 'DELETE'));
    for (let index = 0; index < 5; index += 1) recon.target.add(`t${index}`, { uid: `t${index}` });
    recon.source.add('s', { uid: 's' });
    recon.source.add('r', { uid: 'r' });
    recon.source.failAfter = 1;
    expect(await recon.run()).toMatchObject({ state: 'FAILED', message: expect.stringContaining('the agent is gone') as string });
    expect(recon.target.named('delete')).toEqual([]);
  });

  it('takes an answer that ends with a cookie for incomplete', async () => {
    recon = await startRecon();
    recon.source.add('s', { uid: 's' });
    recon.source.searchEnd = { pagedResultsCookie: 'more', totalPagedResultsPolicy: 'NONE', totalPagedResults: -1, remainingPagedResults: -1 };
    expect(await recon.run()).toMatchObject({ state: 'FAILED', message: expect.stringContaining('not complete') as string });
  });

  it('does not delete a target whose source appears when it is asked for again', async () => {
    recon = await startRecon({ ...policy('UNASSIGNED', 'DELETE'), sourceQuery: { _queryFilter: 'mail eq "shown"' } });
    recon.source.add('s1', { uid: '1', mail: 'shown' });
    recon.source.add('s2', { uid: '2', mail: 'hidden' });
    recon.target.add('t2', { uid: '2' });
    recon.target.add('t3', { uid: '3' });
    const summary = await recon.run();
    expect(summary).toMatchObject({ statusSummary: { FAILURE: 1 }, progress: { target: { deleted: 1 } } });
    expect([...recon.target.objects.values()].map(({ attributes }) => attributes.get('uid')?.single).sort()).toEqual(['1', '2']);
  });

  it('stops before the first deletion when there are too many, by share and by number', async () => {
    recon = await startRecon({ ...policy('UNASSIGNED', 'DELETE'), thresholds: { DELETE: '40%' } });
    recon.source.add('s', { uid: 's' });
    for (let index = 0; index < 5; index += 1) recon.target.add(`t${index}`, { uid: `t${index}` });
    const stopped = await recon.run();
    expect(stopped).toMatchObject({ state: 'AWAITING_APPROVAL', message: expect.stringContaining('wants to delete 5 of 5 target objects and may 2') as string });
    expect(recon.target.named('delete')).toEqual([]);
    await recon.service.cancel(stopped['_id'] as string);
    expect(await recon.run({ thresholds: { DELETE: 5 } })).toMatchObject({ state: 'SUCCESS', progress: { target: { deleted: 5 } } });
  });

  it('has a brake of the controller besides, and one for creations', async () => {
    recon = await startRecon({ ...policy('UNASSIGNED', 'DELETE'), thresholds: { CREATE: 1 } }, { maxDeletions: '10%' });
    recon.source.add('s1', { uid: 't1' });
    for (let index = 0; index < 12; index += 1) recon.target.add(`t${index}`, { uid: `t${index}` });
    const stopped = await recon.run();
    expect(stopped).toMatchObject({ state: 'AWAITING_APPROVAL', message: expect.stringContaining('delete 11 of 12') as string });
    await recon.service.cancel(stopped['_id'] as string);
    for (let index = 12; index < 19; index += 1) recon.source.add(`s${index}`, { uid: `n${index}` });
    expect(await recon.run()).toMatchObject({ state: 'AWAITING_APPROVAL', message: expect.stringContaining('to create 7 of 12 target objects and may 1') as string, progress: { target: { created: 0 } } });
  });

  it('runs a mapping once at a time, and stops when told to', async () => {
    recon = await startRecon();
    recon.source.add('s', { uid: 's' });
    recon.target.gate = new Promise(() => undefined);
    recon.target.add('t');
    const { id, done } = await recon.service.start('m', {}, 'tester');
    await expect(recon.service.start('m', {}, 'tester')).rejects.toMatchObject({ code: 409 });
    await recon.service.cancel(id);
    expect(await recon.service.summary(id)).toMatchObject({ state: 'ACTIVE', stage: 'ACTIVE_CANCELING' });
    await done;
    expect(await recon.service.summary(id)).toMatchObject({ state: 'CANCELED', stage: 'COMPLETED_CANCELED' });
  });

  it.each([
    ['correlationQuery', { correlationQuery: { type: 'text/javascript', source: 'x' } }], ['properties[0].transform', { properties: [{ target: 'a', transform: {} }] }],
    ['policies[0].action', { policies: [{ situation: 'FOUND', action: { type: 'groovy' } }] }], ['source', { source: 'internal/role' }], ['validSource', { validSource: { type: 'x' } }],
    ['properties[0].target', { properties: [{ target: '_id', source: 'x' }] }], ['policies.0.situation', { policies: [{ situation: 'LOST', action: 'CREATE' }] }], ['linkQualifiers', { linkQualifiers: ['a', 'a'] }],
  ])('refuses what it does not do by name: %s', async (name, change) => {
    recon = await startRecon(change);
    await expect(recon.service.start('m', {}, 'tester')).rejects.toMatchObject({ code: 409, message: expect.stringContaining(name) as string });
  });

  it('does not let one object\'s failure stop the others', async () => {
    recon = await startRecon();
    recon.source.add('s1', { uid: '1' });
    recon.source.add('s2', { uid: '2' });
    recon.target.failures.set('create', new ConnectorError('permissionDenied', 'no'));
    expect(await recon.run()).toMatchObject({ state: 'SUCCESS', statusSummary: { FAILURE: 2, SUCCESS: 0 } });
    expect((await audit()).filter(({ status }) => status === 'FAILURE')).toHaveLength(2);
  });
});

describe('situations', () => {
  it('creates, finds, confirms, updates only what differs, and counts', async () => {
    recon = await startRecon();
    recon.source.add('s1', { uid: '1, a', mail: 'a' });
    recon.source.add('s2', { uid: '2', mail: 'new' });
    recon.target.add('t2', { uid: '2', mail: 'old', kind: 'person' });
    recon.target.add('t9', { uid: '9' });
    const first = await recon.run();
    expect(counted(first as never)).toEqual({ ABSENT: 1, FOUND: 1, UNASSIGNED: 1 });
    expect(first).toMatchObject({
      state: 'SUCCESS', stageDescription: 'reconciliation completed.', statusSummary: { FAILURE: 0, SUCCESS: 3 },
      progress: { source: { existing: { processed: 2, total: '2' } }, target: { existing: { total: '2' }, created: 1, updated: 1 }, links: { created: 2 } },
      parameters: { sourceQuery: { resourceName: 'system/src/account', queryId: 'query-all-ids' } },
    });
    expect(Object.keys(first).slice(0, 6)).toEqual(['_id', 'mapping', 'state', 'stage', 'stageDescription', 'progress']);
    const created = recon.target.named('create')[0]?.attributes.map(({ name, values }) => [name, values]);
    expect(created).toEqual([['__NAME__', ['cn=1\\, a,o=x']], ['uid', ['1, a']], ['mail', ['a']], ['kind', ['person']]]);
    expect(recon.target.named('update').map(({ attributes }) => attributes.map(({ name }) => name).sort())).toEqual([['__NAME__', 'mail']]);
    const second = await recon.run();
    expect(counted(second as never)).toEqual({ CONFIRMED: 2, UNASSIGNED: 1 });
    expect(recon.target.named('update')).toHaveLength(1);
    expect((await audit()).map(({ entryType }) => entryType)).toEqual(Array.from({ length: 6 }, () => 'entry'));
  });

  it('tells missing targets and missing sources by asking for them, and repairs as policies say', async () => {
    recon = await startRecon({ policies: [{ situation: 'MISSING', action: 'CREATE' }, { situation: 'SOURCE_MISSING', action: 'DELETE' }] });
    const gone = recon.source.add('s1', { uid: '1' });
    recon.source.add('s2', { uid: '2' });
    await recon.run();
    recon.source.objects.delete(gone);
    const [, lost] = [...recon.target.objects.keys()];
    recon.target.objects.delete(lost!);
    recon = await recon.restart();
    expect(counted(await recon.run() as never)).toEqual({ MISSING: 1, SOURCE_MISSING: 1 });
    expect([...recon.target.objects.values()].map(({ attributes }) => attributes.get('uid')?.single)).toEqual(['2']);
    expect(counted(await recon.run() as never)).toEqual({ CONFIRMED: 1 });
  });

  it('knows ambiguous and already linked targets, and lets two sources not share one', async () => {
    recon = await startRecon({ taskThreads: 8 });
    recon.source.add('s1', { uid: '1' });
    recon.source.add('s1b', { uid: '1' });
    recon.source.add('s2', { uid: '2' });
    recon.source.add('s3');
    recon.target.add('t1', { uid: '1' });
    recon.target.add('t2', { uid: '2' });
    recon.target.add('t2b', { uid: '2' });
    expect(counted(await recon.run() as never)).toEqual({ FOUND: 1, FOUND_ALREADY_LINKED: 1, AMBIGUOUS: 1, ABSENT: 1 });
  });

  it('judges validity by filters, on both sides', async () => {
    recon = await startRecon({ validSource: '/source/mail pr', sourceCondition: '! /source/kind eq "robot"', validTarget: '/target/kind eq "person"', ...policy('UNQUALIFIED', 'DELETE') });
    recon.source.add('s1', { uid: '1' });
    recon.source.add('s2', { uid: '2', mail: 'x', kind: 'robot' });
    recon.source.add('s3', { uid: '3', mail: 'x' });
    recon.target.add('t2', { uid: '2', kind: 'person' });
    recon.target.add('t4', { uid: '4', kind: 'device' });
    expect(counted(await recon.run() as never)).toEqual({ SOURCE_IGNORED: 1, UNQUALIFIED: 1, ABSENT: 1, TARGET_IGNORED: 1 });
    expect([...recon.target.objects.values()].map(({ attributes }) => attributes.get('uid')?.single)).toEqual(['4', '3']);
  });

  it('reconciles one source by its id without reading the rest', async () => {
    recon = await startRecon();
    const id = recon.source.add('s1', { uid: '1' });
    recon.source.add('s2', { uid: '2' });
    const summary = await recon.run(undefined, id);
    expect(counted(summary as never)).toEqual({ ABSENT: 1 });
    expect(summary['parameters']).toMatchObject({ sourceIds: [id] });
    expect(recon.source.named('search')).toEqual([]);
    expect(recon.target.objects.size).toBe(1);
  });

  it('keeps the summary of a run across a restart', async () => {
    recon = await startRecon();
    recon.source.add('s', { uid: 's' });
    const summary = await recon.run();
    recon = await recon.restart();
    expect(await recon.service.summary(summary['_id'] as string)).toEqual(summary);
    await expect(recon.service.summary('../../etc/passwd')).rejects.toMatchObject({ code: 404 });
  });
});

describe('changes of liveSync through a mapping', () => {
  const change = (kind: 'create' | 'update' | 'delete', id: string, newValue?: Record<string, string>, container = 'system/src/account'): Promise<unknown> =>
    synchroniseChange(recon, { kind, container, id, newValue, transactionId: 't' }, AbortSignal.timeout(5_000));

  it('create, update, follow a rename and end in what the policies say', async () => {
    recon = await startRecon(policy('SOURCE_MISSING', 'DELETE'));
    await change('create', 's1', { uid: '1', mail: 'a' });
    await change('update', 's1', { uid: '1', mail: 'b' });
    await change('update', 's9', { uid: '1', mail: 'c', '_previous-id': 's1' });
    expect([...recon.target.objects.values()].map(({ attributes }) => attributes.get('mail')?.single)).toEqual(['c']);
    await change('delete', 's9');
    expect(recon.target.objects.size).toBe(0);
    await change('delete', 's9');
  });

  it('fail for a situation that is an exception, and leave other sources to the log', async () => {
    recon = await startRecon(policy('ABSENT', 'EXCEPTION'));
    await expect(change('create', 's1', { uid: '1' })).rejects.toThrow('Situation ABSENT marked as EXCEPTION');
    await change('create', 'x', { uid: '1' }, 'system/other/account');
    expect(recon.unmapped).toEqual(['x']);
  });
});

describe('parts', () => {
  it('templates escape what could break a name', async () => {
    recon = await startRecon();
    expect(parseTemplate('cn={{dn:a/b}}+{{url:c}}{{c}}').fill({ a: { b: ' x,y=z\\ ' }, c: 'é ' })).toBe('cn=\\ x\\,y\\=z\\\\\\ +%C3%A9%20é ');
    expect(parseTemplate('{{a}}{{b}}').fill({ a: 'x' })).toBeUndefined();
    expect(() => compileMapping({ ...MAPPING, properties: [{ target: 'a', template: '{{sql:a}}' }] })).toThrow('unknown format sql');
  });
});
