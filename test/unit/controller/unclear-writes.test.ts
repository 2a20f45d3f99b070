import { afterEach, describe, expect, it } from 'vitest';
import { ConnectorError, Name, OperationOptions, type FailedWriteOutcome, type SingleOperation } from '../../../protocol/model/index.js';
import { failoverOver } from '../../support/facade-members.js';
import { MemoryFacade } from './memory-facade.js';
import { startRecon, type Recon } from './start-recon.js';
import { startRest, type Rest } from './start-rest.js';

const lost = (outcome: FailedWriteOutcome | undefined, kind: 'connector' | 'operationTimeout' | 'connectionBroken' | 'connectionFailed' | 'retryable' = 'connector'): ConnectorError =>
  new ConnectorError(kind, 'the answer was lost, bind as cn=admin with topsecret', { outcome });

/** The target does what it is asked to, or not, and the answer is lost either way. */
function losing(facade: MemoryFacade, kind: SingleOperation['kind'], carriesOut: boolean, error = lost('unknown')): void {
  const perform = facade.perform.bind(facade);
  facade.perform = async (operation, call) => {
    if (operation.kind !== kind) return perform(operation, call);
    if (carriesOut) await perform(operation, call);
    throw error;
  };
}

describe('over REST', () => {
  let rest: Rest;
  afterEach(() => rest.stop());
  const ACCOUNTS = '/openidm/system/memory/account';

  it.each([
    ['unknown', 'operationTimeout', 'Outcome unknown'],
    ['applied', 'connector', 'was carried out'],
  ] as const)('a write that is %s is a 500 that nobody repeats by himself, and says so', async (outcome, kind, text) => {
    rest = await startRest();
    rest.facade.failures.set('create', lost(outcome, kind));
    const answer = await rest.call('POST', `${ACCOUNTS}?_action=create`, { body: { userName: 'bob' } });
    expect(answer).toMatchObject({ status: 500, body: { code: 500, message: expect.stringContaining(text) as string, detail: { outcome, connectorMessage: expect.stringContaining('the answer was lost') as string } } });
    expect(answer.text).not.toContain('topsecret');
  });

  it('a write that was not carried out is a 503 that may be repeated', async () => {
    rest = await startRest();
    rest.facade.failures.set('create', lost('notApplied', 'retryable'));
    expect(await rest.call('POST', `${ACCOUNTS}?_action=create`, { body: { userName: 'bob' } })).toMatchObject({ status: 503 });
  });

  it('a create whose object cannot be read afterwards is a create all the same', async () => {
    rest = await startRest();
    rest.facade.failures.set('get', new ConnectorError('connectionBroken', 'the agent is gone'));
    expect(await rest.call('POST', `${ACCOUNTS}?_action=create`, { body: { userName: 'bob' } })).toMatchObject({ status: 201, body: { _id: 'u1' } });
  });
});

describe('within a group', () => {
  const call = { signal: AbortSignal.timeout(10_000) };
  const create = { kind: 'create', objectClass: '__ACCOUNT__', attributes: [new Name('bob')], options: OperationOptions.none } as const;

  it.each([
    ['unknown', lost('unknown', 'connectionBroken')], ['applied', lost('applied')], ['told by the target', lost(undefined, 'connectionFailed')],
  ] as const)('a write whose outcome is %s is not sent to another member', async (_, error) => {
    const [first, second] = [new MemoryFacade(), new MemoryFacade()];
    first.failures.set('create', error);
    await expect(failoverOver(first, second).perform(create, call)).rejects.toBe(error);
    expect(second.calls).toEqual([]);
  });

  it('a write that certainly was not begun goes to the next member', async () => {
    const [first, second] = [new MemoryFacade(), new MemoryFacade()];
    first.failures.set('create', lost('notApplied', 'connectionFailed'));
    await failoverOver(first, second).perform(create, call);
    expect(second.named('create')).toHaveLength(1);
  });
});

describe('in a reconciliation', () => {
  let recon: Recon;
  afterEach(() => recon.stop());

  it('a create that was carried out is found and linked, and not done again', async () => {
    recon = await startRecon();
    recon.source.add('s', { uid: '1', mail: 'a@x' });
    losing(recon.target, 'create', true);
    expect(await recon.run()).toMatchObject({ state: 'SUCCESS', statusSummary: { SUCCESS: 1, FAILURE: 0 }, progress: { target: { created: 1 } } });
    expect(recon.target.named('create')).toHaveLength(1);
    expect(recon.target.objects.size).toBe(1);
    expect(await recon.run()).toMatchObject({ situationSummary: { CONFIRMED: 1 } });
    expect(recon.target.named('create')).toHaveLength(1);
  });

  it('a create that is not to be seen is a failure of the object, and not repeated in a run without the patience for it', async () => {
    recon = await startRecon();
    recon.source.add('s', { uid: '1' });
    let tries = 0;
    const perform = recon.target.perform.bind(recon.target);
    recon.target.perform = (operation, call) => {
      if (operation.kind !== 'create') return perform(operation, call);
      tries += 1;
      return Promise.reject(lost('unknown'));
    };
    expect(await recon.run()).toMatchObject({ statusSummary: { FAILURE: 1 } });
    expect(tries).toBe(1);
  });

  it.each([[true, { SUCCESS: 1, FAILURE: 0 }], [false, { SUCCESS: 0, FAILURE: 1 }]])('an update is read again before it counts: carried out %s', async (carriedOut, statusSummary) => {
    recon = await startRecon({ policies: [{ situation: 'FOUND', action: 'UPDATE' }] });
    recon.source.add('s', { uid: '1', mail: 'new@x' });
    recon.target.add('cn=1,o=x', { uid: '1', mail: 'old@x', kind: 'person' });
    losing(recon.target, 'update', carriedOut);
    expect(await recon.run()).toMatchObject({ statusSummary });
  });

  it.each([[true, { SUCCESS: 1, FAILURE: 0 }], [false, { SUCCESS: 0, FAILURE: 1 }]])('a delete is read again before it counts: carried out %s', async (carriedOut, statusSummary) => {
    recon = await startRecon({ policies: [{ situation: 'UNASSIGNED', action: 'DELETE' }], allowEmptySourceSet: true });
    recon.target.add('t', { uid: '1' });
    losing(recon.target, 'delete', carriedOut);
    expect(await recon.run()).toMatchObject({ statusSummary });
  });

  it('in liveSync, a create that was carried out is found, and the change is not repeated', async () => {
    recon = await startRecon();
    losing(recon.target, 'create', true);
    const change = { kind: 'create', container: 'system/src/account', id: 'u1', newValue: { _id: 'u1', uid: '1', mail: 'a@x' }, transactionId: 't' } as const;
    await recon.changes.handle(change, new AbortController().signal);
    await recon.changes.handle(change, new AbortController().signal);
    expect(recon.target.named('create')).toHaveLength(1);
  });
});
