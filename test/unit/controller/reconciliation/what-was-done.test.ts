import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Attribute, ConnectorError, ConnectorObject, Name, Uid, type SyncDelta } from '../../../../protocol/model/index.js';
import { silentLog } from '../../../../controller/log.js';
import { ResourceError } from '../../../../controller/crest/resource-error.js';
import { patienceOf, patiently } from '../../../../controller/reconciliation/runs/patience.js';
import { DatabaseUnavailable } from '../../../../controller/store/database/database-errors.js';
import { until } from '../../../support/until.js';
import { startRecon, type Recon } from '../start-recon.js';

let recon: Recon;
afterEach(() => recon.stop());

const script = (source: string): object => ({ type: 'text/javascript', source });
const links = async (): Promise<number> => Number((await recon.database.query<{ n: number }>('select count(*) as n from link'))[0]?.n);
const { signal } = new AbortController();
const change = (id: string, newValue?: Record<string, string>) => ({ kind: newValue === undefined ? 'delete' : 'update', container: 'system/src/account', id, newValue: newValue === undefined ? undefined : { _id: id, ...newValue }, transactionId: 't' }) as const;

describe('what was done to the target stays done, and is linked, when a script behind it fails', () => {
  it.each(['onLink', 'postMapping'])('%s, of a create: it is not made again', async (name) => {
    recon = await startRecon({ correlation: [], [name]: script('throw new Error("broken script")') });
    recon.source.add('s', { uid: '1', mail: 'a@x' }, 's');
    expect(await recon.run()).toMatchObject({ situationSummary: { ABSENT: 1 }, statusSummary: { FAILURE: 1 }, progress: { target: { created: 1 } } });
    expect(await links()).toBe(1);
    expect(await recon.run()).toMatchObject({ situationSummary: { CONFIRMED: 1 } });
    expect(recon.target.named('create')).toHaveLength(1);
  });

  it('of a delete: the link goes with it', async () => {
    recon = await startRecon({ policies: [{ situation: 'SOURCE_MISSING', action: 'DELETE' }], onUnlink: script('throw new Error("broken script")') });
    for (const uid of ['a', 'b', 'c', 'd', 'e', 'f']) recon.source.add(uid, { uid, mail: 'm' }, uid);
    await recon.run();
    recon.source.objects.delete('a');
    expect(await recon.run()).toMatchObject({ statusSummary: { FAILURE: 1 }, progress: { target: { deleted: 1 } } });
    expect(await links()).toBe(5);
  });

  it('in liveSync: the change fails, and its repetition finds the link', async () => {
    recon = await startRecon({ correlation: [], postMapping: script('throw new Error("broken script")') });
    const handled = await recon.changes.handle(change('u1', { uid: '1', mail: 'a@x' }), signal);
    expect(handled?.failure?.message).toContain('broken script');
    await recon.database.transaction((tx) => handled!.store(tx));
    expect(await links()).toBe(1);
    await recon.changes.handle(change('u1', { uid: '1', mail: 'a@x' }), signal);
    expect(recon.target.named('create')).toHaveLength(1);
  });
});

it('a create that is repeated does not take over an object of the same name that was there before', async () => {
  recon = await startRecon({}, { patience: 60_000, settles: 1 });
  recon.source.add('s', { uid: '1', mail: 'mine@x' }, 's');
  recon.target.add('cn=1,o=x', { uid: 'somebody else', mail: 'theirs@x', kind: 'person' }, 'theirs');
  const perform = recon.target.perform.bind(recon.target);
  let tries = 0;
  recon.target.perform = (operation, call) => {
    if (operation.kind !== 'create') return perform(operation, call);
    tries += 1;
    return Promise.reject(tries === 1 ? new ConnectorError('connectionBroken', 'the answer was lost', { outcome: 'unknown' }) : new ConnectorError('alreadyExists', 'there is one'));
  };
  expect(await recon.run()).toMatchObject({ statusSummary: { FAILURE: 1 }, progress: { target: { created: 0 } } });
  expect([tries, await links()]).toEqual([2, 0]);
});

describe('a change of a source', () => {
  it('is not passed over because its mapping cannot be used for a moment', async () => {
    recon = await startRecon();
    const good = { ...recon, file: join(recon.folder, 'sync.json') };
    await writeFile(good.file, JSON.stringify({ mappings: [{ name: 'm', source: 'system/src/account', target: 'system/dst/account', onCreate: { type: 'text/javascript', file: 'not-there.js' } }] }));
    await expect(recon.changes.handle(change('u1', { uid: '1' }), signal)).rejects.toMatchObject({ code: 503, message: expect.stringMatching(/Mapping m cannot be used/) as string });
    await writeFile(good.file, JSON.stringify({ mappings: [{ name: 'm', source: 'system/src/account', target: 'system/dst/account', enableSync: false, onCreate: { type: 'text/javascript', file: 'not-there.js' } }] }));
    await recon.changes.handle(change('u1', { uid: '1' }), signal);
    expect(recon.unmapped).toEqual(['u1']);
    await rm(good.file);
  });

  it('that takes an object away needs nothing done where links are not kept', async () => {
    recon = await startRecon({ enableLinking: false });
    recon.source.add('b', { uid: 'b' }, 'b');
    const handled = await recon.changes.handle(change('a'), signal);
    expect(handled).toMatchObject({ failure: undefined, results: [{ situation: 'ALL_GONE' }] });
  });
});

const object = (id: string, uid: string): ConnectorObject => new ConnectorObject('__ACCOUNT__', [new Uid(id), new Name(id), Attribute.of('uid', uid), Attribute.of('mail', 'm')]);
const changed = (token: number, id: string, uid: string, from?: string): SyncDelta =>
  ({ kind: 'CREATE_OR_UPDATE', token: { value: token }, uid: new Uid(id), objectClass: '__ACCOUNT__', object: object(id, uid), ...(from === undefined ? {} : { previousUid: new Uid(from) }) });

it('a delta run knows an object no more under the id it had when it was changed before it was renamed', async () => {
  recon = await startRecon({ deltaReconciliation: true });
  for (const uid of ['a', 'b']) recon.source.add(uid, { uid, mail: 'm' }, uid);
  await recon.run();
  recon.source.objects.delete('a');
  recon.source.add('z', { uid: 'a', mail: 'm' }, 'z');
  recon.source.deltas.push(changed(1, 'a', 'a'), changed(2, 'z', 'a', 'a'));
  expect(await recon.run(undefined, undefined, { delta: true })).toMatchObject({ delta: { source: 'delta' }, progress: { source: { existing: { total: '2' } }, target: { created: 0 } } });
});

it('a delta run leaves the database to the scripts it asks', async () => {
  // As openidm.read of a managed object does.
  const router = async (): Promise<never> => {
    await recon.database.query('select 1');
    throw new ResourceError(404, 'not there');
  };
  recon = await startRecon({ deltaReconciliation: true, validSource: script('openidm.read("managed/user/" + source.uid) === null') }, { router });
  recon.source.add('a', { uid: 'a', mail: 'm' }, 'a');
  expect(await recon.run()).toMatchObject({ situationSummary: { ABSENT: 1 } });
  recon.source.add('b', { uid: 'b', mail: 'm' }, 'b');
  recon.source.deltas.push(changed(1, 'b', 'b'));
  expect(await recon.run(undefined, undefined, { delta: true })).toMatchObject({ delta: { source: 'delta' }, situationSummary: { CONFIRMED: 1, ABSENT: 1 } });
}, 15_000);

it.each([
  [{ sourceQuery: { _queryExpression: 'x' } }, /sourceQuery\._queryExpression/], [{ targetQuery: { _queryId: 'some' } }, /targetQuery\._queryId/],
  [{ sourceQuery: { queryFilter: 'true' } }, /sourceQuery\.queryFilter/], [{ targetQuery: 'true' }, /targetQuery/], [{ sourceQuery: { _queryFilter: 7 } }, /sourceQuery\._queryFilter/],
])('a request for a run with a query that is not understood is refused: %j', async (body, message) => {
  recon = await startRecon();
  await expect(recon.service.start('m', { body: body }, 'tester')).rejects.toMatchObject({ code: 400, message: expect.stringMatching(message) as string });
});

it('a run without anybody who waits for it does no harm when the database goes away', async () => {
  recon = await startRecon();
  recon.source.add('s', { uid: '1' }, 's');
  const query = recon.database.query.bind(recon.database);
  const { id, done } = await recon.service.start('m', {}, 'tester');
  let refused = 0;
  Object.assign(recon.database, { query: (...asked: Parameters<typeof query>) => {
    if (refused++ < 3) return Promise.reject(new DatabaseUnavailable('the database is away'));
    return query(...asked);
  } });
  // It was left off, and is taken up as soon as somebody looks.
  await until(async () => {
    await recon.service.look();
    return await Promise.race([done.then(() => true), new Promise<false>((resolve) => { setTimeout(() => resolve(false), 20); })]);
  }, 'the run to end');
  expect(refused).toBeGreaterThan(3);
  expect(await recon.service.summary(id)).toMatchObject({ state: 'SUCCESS', situationSummary: { ABSENT: 1 } });
});

it('a run has patience for as long as a system cannot be reached, however long it worked before', async () => {
  recon = await startRecon();
  let tries = 0;
  const work = async (): Promise<string> => {
    if (++tries > 1) return 'read';
    await new Promise((resolve) => { setTimeout(resolve, 60); });
    throw new ResourceError(503, 'gone for a moment');
  };
  await expect(patiently(work, { settings: { ...patienceOf(50), firstPause: 5 }, log: silentLog, signal })).resolves.toBe('read');
});

it('a run that is cancelled ends when what it has under way has ended, and keeps that', async () => {
  recon = await startRecon({ correlation: [], taskThreads: 1 });
  for (const uid of ['a', 'b', 'c']) recon.source.add(uid, { uid, mail: 'm' }, uid);
  const perform = recon.target.perform.bind(recon.target);
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => { release = resolve; });
  let isCutOff = false;
  recon.target.perform = async (operation, call) => {
    if (operation.kind === 'create') {
      await Promise.race([released, new Promise((_, reject) => { call.signal.addEventListener('abort', () => { isCutOff = true; reject(call.signal.reason as Error); }, { once: true }); })]);
    }
    return perform(operation, call);
  };
  const { id, done } = await recon.service.start('m', {}, 'tester');
  await until(async () => (await recon.service.summary(id))['stage'] === 'ACTIVE_RECONCILING_TARGET', 'the first create');
  await recon.service.cancel(id);
  expect(await recon.service.summary(id)).toMatchObject({ state: 'ACTIVE', stage: 'ACTIVE_CANCELING' });
  expect((await recon.service.record(id)).isCancelled).toBe(true);
  release();
  await done;
  const created = recon.target.named('create').length;
  expect(await recon.service.summary(id)).toMatchObject({ state: 'CANCELED', progress: { target: { created } } });
  expect([isCutOff, created < 3, await links()]).toEqual([false, true, created]);
});
