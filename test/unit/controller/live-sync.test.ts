import { afterEach, describe, expect, it } from 'vitest';
import { ConnectorError, ConnectorObject, Name, Uid, type SyncDelta } from '../../../protocol/model/index.js';
import type { Change } from '../../../controller/sync/change-handler.js';
import { DeadLetters } from '../../../controller/sync/dead-letters.js';
import { PROVISIONER, startRest, type Rest } from './start-rest.js';

let rest: Rest;
afterEach(() => rest.stop());
const seen: string[] = [];
let bad: ReadonlySet<string> = new Set();

async function start(syncFailureHandler?: object): Promise<void> {
  seen.length = 0;
  bad = new Set();
  const changes = {
    handle: ({ kind, container, id }: Change) => {
      seen.push(`${kind} ${container}/${id}`);
      return bad.has(id) ? Promise.reject(new Error(`no ${id} today`)) : Promise.resolve(undefined);
    },
  };
  rest = await startRest({ changes, files: { 'provisioner.openicf-mem.json': { ...PROVISIONER, ...(syncFailureHandler === undefined ? {} : { syncFailureHandler }) } } });
}
const delta = (id: string, token: number | bigint, kind: SyncDelta['kind'] = 'UPDATE'): SyncDelta => ({
  kind, uid: new Uid(id), token: { value: token }, objectClass: '__ACCOUNT__', object: kind === 'DELETE' ? undefined : new ConnectorObject('__ACCOUNT__', [new Uid(id), new Name(id)]),
});
const run = (more = ''): ReturnType<Rest['call']> => rest.call('POST', `/openidm/system?_action=liveSync&source=system/memory/account${more}`);

describe('liveSync', () => {
  it('only stores where changes begin when it runs first, in the token\'s own type', async () => {
    await start();
    rest.facade.latestToken = { value: 42n };
    expect((await run()).body).toEqual({ _id: 'SYSTEMMEMORYACCOUNT', _rev: '1', connectorData: { nativeType: 'JAVA_TYPE_LONG', syncToken: 42 } });
    await run();
    expect(rest.facade.named('sync')[0]?.token).toEqual({ value: 42n });
    expect(seen).toEqual([]);
  });

  it('hands changes on in order and remembers the last token', async () => {
    await start();
    await run();
    rest.facade.deltas.push(delta('a', 1, 'CREATE'), delta('b', 2), delta('c', 3, 'DELETE'));
    const answer = await rest.call('POST', '/openidm/system/memory/account?_action=liveSync');
    expect(answer.body).toMatchObject({ connectorData: { nativeType: 'integer', syncToken: 3 } });
    expect(seen).toEqual(['create system/memory/account/a', 'update system/memory/account/b', 'delete system/memory/account/c']);
  });

  it('stops at a failed change without a handler, keeps the last good token, and shows the change to those who ask', async () => {
    await start();
    await run();
    rest.facade.deltas.push(delta('a', 1), delta('b', 2), delta('c', 3));
    bad = new Set(['b']);
    expect((await run()).body).toMatchObject({ connectorData: { syncToken: 1 }, lastException: { throwable: 'no b today' } });
    const detailed = await run('&detailedFailure=true');
    expect(detailed.body).toHaveProperty('lastException.syncDelta');
    expect(seen).not.toContain('update system/memory/account/c');
    bad = new Set();
    expect((await run()).body).not.toHaveProperty('lastException');
  });

  it('gives a change up after its retries, one a run, and keeps it as a dead letter', async () => {
    await start({ maxRetries: 2, postRetryAction: 'dead-letter-queue' });
    await run();
    rest.facade.deltas.push(delta('a', 1), delta('b', 2));
    bad = new Set(['a']);
    expect((await run()).body).toMatchObject({ connectorData: { syncToken: 0 } });
    expect((await run()).body).toMatchObject({ connectorData: { syncToken: 0 } });
    expect((await run()).body).toMatchObject({ connectorData: { syncToken: 2 } });
    const letters = new DeadLetters(rest.database);
    expect(await letters.tokens('memory')).toEqual(['1']);
    expect(await letters.read('memory', '1')).toMatchObject({ uid: 'a', objectType: 'account', failureCause: 'no a today', failedRecord: { _id: 'a' } });
  });

  it('refuses a scripted failure handler instead of losing changes', async () => {
    await start({ maxRetries: 0, postRetryAction: { script: { type: 'text/javascript', source: 'x' } } });
    expect(await run()).toMatchObject({ status: 501, body: { message: expect.stringContaining('dead-letter-queue') as string } });
  });

  it('lets one run at a time through', async () => {
    await start();
    let open = (): void => undefined;
    rest.facade.gate = new Promise((resolve) => { open = resolve; });
    const first = run();
    while (rest.facade.named('latestSyncToken').length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect((await run()).status).toBe(412);
    open();
    expect((await first).status).toBe(200);
  });

  it('takes an unreadable state for an error, not for a first run', async () => {
    await start();
    await run();
    await rest.database.query('UPDATE sync_stage SET content = $1::json', ['{"of": "something else"}']);
    expect((await run()).status).toBe(500);
    expect(rest.facade.named('latestSyncToken')).toHaveLength(1);
  });

  it('keeps what was done when the connector fails later', async () => {
    await start();
    await run();
    rest.facade.deltas.push(delta('a', 1));
    Object.defineProperty(rest.facade.deltas, Symbol.iterator, { configurable: true, value: function* (this: SyncDelta[]) { yield this[0]; throw new ConnectorError('connectionBroken', 'gone'); } });
    expect((await run()).status).toBe(503);
    // There may be more under that token, so it is asked for what is behind the one before; what was done is left out.
    rest.facade.deltas.length = 0;
    rest.facade.deltas.push(delta('a', 1), delta('b', 1), delta('c', 2));
    Object.defineProperty(rest.facade.deltas, Symbol.iterator, { value: Array.prototype[Symbol.iterator] });
    expect((await run()).body).toMatchObject({ connectorData: { syncToken: 2 } });
    expect(rest.facade.named('sync').at(-1)?.token).toEqual({ value: 0 });
    expect(seen.map((text) => text.slice(-1))).toEqual(['a', 'b', 'c']);
  });
});
