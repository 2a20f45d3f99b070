import { describe, expect, it } from 'vitest';
import { OperationWatch, type OperationStart } from '../../../../../agent/observe/watch/operation-watch.js';
import { ConnectorError } from '../../../../../protocol/model/index.js';
import { FakeClock } from '../../../../support/fake-clock.js';

const START_TIME = Date.parse('2026-11-22T06:00:00.000Z');
const SYSTEM = { id: 'csv-1', connector: 'csv', connectorVersion: '1.5', targets: ['/srv/people.csv'], relay: undefined };
const start = (changes: Partial<OperationStart> = {}): OperationStart => ({ operation: 'search', system: SYSTEM, objectClass: '__ACCOUNT__', principal: 'cloud', operationId: 'op-1', ...changes });

function watched() {
  const clock = new FakeClock();
  const begun = clock.now();
  return { clock, watch: new OperationWatch(clock, () => START_TIME + clock.now() - begun) };
}

describe('the watch over operations', () => {
  it('a failure is told by its class and never by its message, which may name a value', async () => {
    const { clock, watch } = watched();
    const operation = watch.begin(start({ operation: 'create' }));
    await clock.advance(1500);
    operation.end('failed', new ConnectorError('connectionFailed', 'cn=Very Secret cannot be reached'));
    const told = watch.operations();
    expect(told).toMatchObject({ runningCount: 0, total: 1, failed: 1 });
    expect(told.recentErrors).toEqual([{
      time: '2026-11-22T06:00:01.500Z', operation: 'create', connector: 'csv', targets: ['/srv/people.csv'], objectClass: '__ACCOUNT__', operationId: 'op-1',
      error: 'ConnectionFailedException', trouble: true, durationMs: 1500,
    }]);
    expect(JSON.stringify([told, watch.systems()])).not.toContain('Secret');
  });

  it('an error that is none of ours is told as unexpected, and nothing more', () => {
    const { watch } = watched();
    watch.begin(start()).end('failed', new TypeError('undefined is not "hunter2"'));
    expect(watch.operations().recentErrors).toMatchObject([{ error: 'unexpected', trouble: true }]);
    expect(JSON.stringify(watch.operations())).not.toContain('hunter2');
  });

  it('an answer such as "no such object" is no trouble of the system; a refused login of ours is, a user\'s is not', () => {
    const { watch } = watched();
    const fail = (kind: 'unknownUid' | 'invalidCredential', operation: 'get' | 'search' | 'authenticate') => {
      watch.begin(start({ operation })).end('failed', new ConnectorError(kind, 'm'));
      return watch.systems()[0]?.state;
    };
    expect([fail('invalidCredential', 'search'), fail('unknownUid', 'get'), fail('invalidCredential', 'authenticate')]).toEqual(['failing', 'ok', 'ok']);
    expect(watch.systems()[0]).toMatchObject({ failed: 3, lastTrouble: { operation: 'search', error: 'InvalidCredentialException' } });
  });

  it('a request that makes no sense says nothing of the system', () => {
    const { watch } = watched();
    watch.begin(start()).end('failed', new ConnectorError('connectionFailed', 'm'));
    watch.begin(start()).end('failed', new ConnectorError('illegalArgument', 'm'));
    expect(watch.systems()[0]).toMatchObject({ state: 'failing', lastTrouble: { error: 'ConnectionFailedException' } });
    expect(watch.operations().recentErrors[0]).toMatchObject({ error: 'IllegalArgumentException', trouble: false });
  });

  it('one that was left is no failure, and says nothing of the system', () => {
    const { watch } = watched();
    watch.begin(start()).end('left', new Error('aborted'));
    expect(watch.operations()).toMatchObject({ failed: 0, total: 1, recentErrors: [] });
    expect(watch.systems()[0]).toMatchObject({ state: 'unknown', lastOperation: { outcome: 'left' } });
  });

  it('an end counts once', () => {
    const { watch } = watched();
    const operation = watch.begin(start());
    operation.end('ok');
    operation.end('left');
    expect(watch.systems()[0]).toMatchObject({ operations: 1, running: 0, lastOperation: { outcome: 'ok' } });
  });

  it('tells what runs, since when, and how much has come', async () => {
    const { clock, watch } = watched();
    const operation = watch.begin(start());
    operation.entries(100);
    operation.entries(7);
    await clock.advance(2000);
    expect(watch.operations().running).toEqual([{
      operation: 'search', connector: 'csv', system: 'csv-1', targets: ['/srv/people.csv'], objectClass: '__ACCOUNT__', principal: 'cloud', operationId: 'op-1',
      since: '2026-11-22T06:00:00.000Z', runningMs: 2000, entries: 107,
    }]);
    expect(watch.systems()[0]).toMatchObject({ running: 1, entries: 107, lastOperation: undefined });
  });

  it('memory does not grow: 50 errors, 100 systems, 200 running ones told, names cut', () => {
    const { watch } = watched();
    for (let count = 0; count < 300; count += 1) watch.begin(start({ system: { ...SYSTEM, id: `s${count}` }, objectClass: 'x'.repeat(10_000) })).end('failed', new ConnectorError('connector', 'm'));
    for (let count = 0; count < 300; count += 1) watch.begin(start());
    const told = watch.operations();
    expect([told.recentErrors.length, watch.systems().length, told.running.length, told.runningCount]).toEqual([50, 100, 200, 300]);
    expect(told.recentErrors[0]?.objectClass?.length).toBeLessThanOrEqual(201);
  });

  it('the system used last comes first; one that works is never dropped', () => {
    const { watch } = watched();
    const held = watch.begin(start({ system: { ...SYSTEM, id: 'held' } }));
    for (let count = 0; count < 150; count += 1) watch.begin(start({ system: { ...SYSTEM, id: `s${count}` } })).end('ok');
    expect(watch.systems()[0]?.id).toBe('s149');
    expect(watch.systems().map(({ id }) => id)).toContain('held');
    held.end('ok');
  });
});
