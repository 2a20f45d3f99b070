import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../../controller/crest/json.js';
import { parseQueryFilter } from '../../../../controller/crest/parse-query-filter.js';
import type { CallerContext, Resource } from '../../../../controller/crest/request.js';
import { AuditLog } from '../../../../controller/store/audit-log.js';
import { DeadLetters } from '../../../../controller/sync/dead-letters.js';
import { replayLetter } from '../../../../controller/sync/replay-letter.js';
import { SyncHistory } from '../../../../controller/sync/sync-history.js';
import { syncRequests } from '../../../../controller/sync/sync-requests.js';
import { requireDescribed } from '../../../support/described-exchange.js';
import { startRecon, type Recon } from '../start-recon.js';
import { ChangingFacade, accountDelta, liveSyncOver } from './sync-world.js';

let recon: Recon;
afterEach(() => recon.stop());
const context: CallerContext = { signal: AbortSignal.timeout(60_000), caller: 'tester', transactionId: 'asked' };

function requests(): ReturnType<typeof syncRequests> {
  const { database, book, engineOf, setOf } = recon;
  return syncRequests({ database, book, engineOf, setOf, audit: new AuditLog(database, 'sync'), changes: liveSyncOver(recon, database).changes, history: new SyncHistory(database) });
}
async function act(action: string, parameters: Record<string, string>, content?: JsonObject): Promise<JsonValue | undefined> {
  const answer = await requests()({ kind: 'action', path: [], fields: [], parameters: new Map(Object.entries(parameters)), action, content }, context);
  const done = answer.kind === 'action' ? answer.content : undefined;
  requireDescribed({ method: 'POST', url: `/openidm/sync?${new URLSearchParams({ _action: action, ...parameters }).toString()}`, body: content, status: 200, answer: done });
  return done;
}
async function query(path: string[], filter = 'true', parameters: Record<string, string> = {}, more: object = {}): Promise<JsonObject[]> {
  const answer = await requests()({ kind: 'query', path, fields: [], parameters: new Map(Object.entries(parameters)), by: { kind: 'filter', filter: parseQueryFilter(filter) }, sortKeys: [], pageSize: 0, pagedResultsCookie: undefined, pagedResultsOffset: 0, totalPagedResultsPolicy: 'NONE', ...more }, context);
  const found: Resource[] = [];
  if (answer.kind === 'query') for await (const row of answer.rows) found.push(row);
  const result = found.map(({ id, content }) => ({ ...content, _id: id }));
  const page = { result, resultCount: result.length, pagedResultsCookie: null, totalPagedResultsPolicy: 'NONE', totalPagedResults: -1, remainingPagedResults: -1 };
  requireDescribed({ method: 'GET', url: `/openidm/sync/${path.join('/')}?${new URLSearchParams({ _queryFilter: filter, ...parameters }).toString()}`, body: undefined, status: 200, answer: page });
  return found.map(({ content }) => content);
}
const SOURCE = { resourceContainer: 'system/src/account' };

describe('/sync', () => {
  it('refuses what it cannot do', async () => {
    recon = await startRecon();
    await expect(act('notifySomething', {})).rejects.toMatchObject({ code: 400 });
    await expect(act('notifyCreate', { resourceId: 'a' }, { newValue: {} })).rejects.toMatchObject({ code: 400, message: expect.stringContaining('resourceContainer') as string });
    await expect(act('notifyCreate', { ...SOURCE, resourceId: 'a' })).rejects.toMatchObject({ code: 400 });
    await expect(act('performAction', { mapping: 'none', action: 'CREATE', sourceId: 'a' })).rejects.toMatchObject({ code: 409, message: 'No such mapping: none' });
    await expect(act('performAction', { mapping: 'm', action: 'EXPLODE', sourceId: 'a' })).rejects.toMatchObject({ code: 400 });
    await expect(act('performAction', { mapping: 'm', action: 'CREATE', sourceId: 'nobody' })).rejects.toMatchObject({ code: 409 });
    await expect(act('performAction', { mapping: 'm', action: 'DELETE', target: 'true', targetId: 'nobody' })).rejects.toMatchObject({ code: 409 });
    await expect(act('getLinkedResources', { resourceName: 'nonsense' })).rejects.toMatchObject({ code: 400 });
  });

  it('carries what it is told of through the mappings, and stops at the first that fails', async () => {
    recon = await startRecon();
    expect(await act('notifyCreate', { ...SOURCE, resourceId: 's1' }, { oldValue: null, newValue: { uid: '1' } })).toMatchObject([{ mapping: 'm', situation: 'ABSENT', action: 'CREATE', sourceId: 's1', linkQualifier: 'default', result: 'SUCCESSFUL' }]);
    expect(await act('notifyUpdate', { ...SOURCE, resourceId: 's1' }, { oldValue: { uid: '1', _rev: '1' }, newValue: { uid: '1', _rev: '2' } })).toEqual([]);
    await expect(act('notifyDelete', { ...SOURCE, resourceId: 's1' }, { oldValue: null })).rejects.toMatchObject({ code: 409, detail: [{ situation: 'SOURCE_MISSING', action: 'EXCEPTION', result: 'FAILED' }] });
    expect((await query(['change'], 'true', { resourceName: 'system/src/account/s1' })).map(({ status }) => status)).toEqual(['FAILURE', 'SUCCESS']);
  });

  it('performs an action on either side, if the situation is the expected one', async () => {
    recon = await startRecon();
    const id = recon.source.add('s', { uid: '1', mail: 'x' });
    await expect(act('performAction', { mapping: 'm', action: 'CREATE', sourceId: id, situation: 'CONFIRMED' })).rejects.toMatchObject({ code: 409, message: 'Expected situation does not match. Expected: CONFIRMED, Found: ABSENT' });
    expect(await act('performAction', { mapping: 'm', action: 'EXCEPTION', sourceId: id, situation: 'ABSENT' })).toEqual({ status: 'OK' });
    expect(await act('performAction', { mapping: 'm', action: 'CREATE', sourceId: id })).toEqual({ status: 'OK' });
    const [targetId = ''] = recon.target.objects.keys();
    expect(await act('getLinkedResources', { resourceName: `system/src/account/${id}` })).toMatchObject([{ resourceName: `system/dst/account/${targetId}`, content: { uid: '1' }, linkQualifier: 'default', linkType: 'm', mappings: [{ name: 'm', type: 'source' }] }]);
    expect(await act('getLinkedResources', { resourceName: `system/dst/account/${targetId}` })).toMatchObject([{ resourceName: `system/src/account/${id}`, mappings: [{ type: 'target' }] }]);
    expect(await act('performAction', { mapping: 'm', action: 'UNLINK', target: 'true', targetId, situation: 'CONFIRMED' })).toEqual({ status: 'OK' });
    expect(await act('getLinkedResources', { resourceName: `system/src/account/${id}` })).toEqual([]);
    await expect(act('performAction', { mapping: 'm', action: 'DELETE', target: 'true', targetId, situation: 'CONFIRMED' })).rejects.toThrow('Found: UNASSIGNED');
    expect(await act('performAction', { mapping: 'm', action: 'DELETE', target: 'true', targetId })).toEqual({ status: 'OK' });
    expect(recon.target.objects.size).toBe(0);
  });

  it('keeps what runs of liveSync did, by run and by object', async () => {
    const source = new ChangingFacade();
    recon = await startRecon({}, { source });
    const { run } = liveSyncOver(recon, recon.database);
    await run();
    source.deltas.push(accountDelta('a', 1, { uid: 'a', mail: '1' }), accountDelta('b', 2, { uid: 'b' }), accountDelta('a', 3, { uid: 'a', mail: '2' }), accountDelta('b', 4, { uid: 'b' }));
    await run();
    const [last, first] = await query(['history']);
    expect(first).toMatchObject({ source: 'system/src/account', state: 'ok', created: 0 });
    expect(last).toMatchObject({ state: 'ok', created: 2, updated: 1, skipped: 1, deleted: 0, failed: 0, caller: 'tester' });
    expect(await query(['history'], 'created gt 0')).toHaveLength(1);
    expect(await query(['history'], 'true', {}, { pageSize: 1 })).toHaveLength(1);
    expect((await query(['change'], 'true', { run: last?.['_id'] as string })).map(({ outcome }) => outcome)).toEqual(['unchanged', 'updated', 'created', 'created']);
    expect(await query(['change'], 'outcome eq "updated"', { resourceName: 'system/src/account/a' })).toHaveLength(1);
  });
});

describe('a dead letter', () => {
  it('is carried through again with the object as it is now, and goes when that worked', async () => {
    recon = await startRecon({ policies: [{ situation: 'SOURCE_MISSING', action: 'DELETE' }] });
    const id = recon.source.add('s', { uid: '1', mail: 'new' });
    const deadLetters = new DeadLetters(recon.database);
    await deadLetters.add({ token: '7', systemIdentifier: 'src', objectType: 'account', uid: id, failedRecord: { _id: id, uid: '1', mail: 'old' }, failureCause: 'no' });
    const parts = { database: recon.database, changes: liveSyncOver(recon, recon.database).changes, deadLetters, setOf: recon.setOf };
    await expect(replayLetter(parts, 'src', '8', context)).rejects.toMatchObject({ code: 404 });
    recon.target.failures.set('create', new Error('still no'));
    await expect(replayLetter(parts, 'src', '7', context)).rejects.toMatchObject({ code: 409 });
    recon.target.failures.clear();
    expect(await deadLetters.tokens('src')).toEqual(['7']);
    await recon.database.exclusively('liveSync system/src/account', async () => {
      await expect(replayLetter(parts, 'src', '7', context)).rejects.toMatchObject({ code: 412 });
    });
    expect(await replayLetter(parts, 'src', '7', context)).toMatchObject([{ result: 'SUCCESSFUL' }]);
    expect(await deadLetters.tokens('src')).toEqual([]);
    expect([...recon.target.objects.values()].map(({ attributes }) => attributes.get('mail')?.single)).toEqual(['new']);
  });
});
