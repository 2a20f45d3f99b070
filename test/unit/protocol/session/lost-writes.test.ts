import { describe, expect, it } from 'vitest';
import { facadeKeyOf } from '../../../../protocol/codec/index.js';
import { ConnectorError, Name, OperationOptions, Uid, type BatchTask, type WriteOutcome } from '../../../../protocol/model/index.js';
import type { OperationExecutor } from '../../../../protocol/session/contract.js';
import type { SessionGroup } from '../../../../protocol/session/group.js';
import { KEY, FakeFacade, configuration } from '../../../support/fake-facade.js';
import { FakeClock, settle } from '../../../support/fake-clock.js';
import { MemoryOutcomes } from '../../../support/memory-outcomes.js';
import { collect, listenerWithJava, never, testPeer } from '../../../support/peers.js';
import { cut, socketPair, type PairSocket } from '../../../support/socket-pair.js';

const options = OperationOptions.none;
const create = { kind: 'create', objectClass: '__ACCOUNT__', attributes: [new Name('anna')], options } as const;
const erase = { kind: 'delete', objectClass: '__ACCOUNT__', uid: new Uid('u1'), options } as const;
const script = { kind: 'scriptOnConnector', script: { language: 'js', text: '1' }, scriptArguments: new Map(), options } as never;

/** A controller, and agents that share one journal: processes of one agent, one after the other. */
async function world(timeouts: Parameters<typeof configuration>[0] = []) {
  const clock = new FakeClock();
  const outcomes = new MemoryOutcomes();
  const controller = testPeer('listener', { executor: undefined }, clock);
  /** A process of the agent, with one socket. */
  const agent = async (journal: MemoryOutcomes = outcomes, principal = 'site1') => {
    const facade = new FakeFacade();
    const executor: OperationExecutor = Object.assign(facade, { outcomes: journal });
    const peer = testPeer('dialler', { executor }, clock);
    const join = async (): Promise<PairSocket> => {
      const pair = socketPair();
      const attaching = controller.peer.attach(pair.listener, principal);
      await peer.peer.attach(pair.dialler, 'controller');
      await attaching;
      await settle();
      return pair.dialler;
    };
    const socket = await join();
    const group = controller.peer.groups.find(({ peerSessionId }) => peerSessionId === peer.peer.sessionId)!;
    return { facade, peer: peer.peer, socket, join, remote: group.facade(KEY, facadeKeyOf(configuration(timeouts))) };
  };
  const first = await agent();
  /** Starts a write whose answer never comes, and waits until the agent has it. */
  const hang = (facade: FakeFacade): void => { facade.onPerform = () => new Promise(() => undefined); };
  const restart = async (journal?: MemoryOutcomes, principal?: string) => {
    cut(first.socket);
    await settle();
    const next = await agent(journal, principal);
    await settle();
    return next;
  };
  const lose = async (operation: typeof create | typeof erase = create, outcomePatience?: number) => {
    hang(first.facade);
    const result = first.remote.perform(operation, { signal: never, operationId: 'rest-7', outcomePatience });
    result.catch(() => undefined);
    await settle();
    expect(first.facade.performed).toHaveLength(1);
    return { result, operationId: first.facade.performed[0]!.call.operationId! };
  };
  return { clock, controller, outcomes, first, agent, restart, lose, hang };
}

describe('a write whose answer is lost with the agent', () => {
  it('goes by an id of its own that begins with the caller\'s, and is marked as one of a kind', async () => {
    const { first } = await world();
    first.facade.onPerform = async () => new Uid('u');
    await first.remote.perform(create, { signal: never, operationId: 'rest-7' });
    await first.remote.perform(create, { signal: never, operationId: 'rest-7' });
    await first.remote.perform(create, { signal: never });
    const ids = first.facade.performed.map(({ call }) => call.operationId!);
    expect(ids[0]).toMatch(/^rest-7\/[0-9a-f-]{36}$/);
    expect(ids[2]).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Set(ids).size).toBe(3);
    expect(first.facade.performed.map(({ call }) => call.once)).toEqual([true, true, true]);
  });

  it('applied: the caller gets the result as if nothing had happened', async () => {
    const { outcomes, lose, restart } = await world();
    const { result, operationId } = await lose();
    outcomes.answer = () => ({ state: 'applied', uid: new Uid('u9', 'r1') });
    const next = await restart();
    expect(await result).toEqual(new Uid('u9', 'r1'));
    expect(next.facade.performed).toEqual([]);
    expect(outcomes.asked).toMatchObject([{ operationId, operation: { kind: 'create' }, connectorKey: KEY, origin: { principal: 'controller' } }]);
  });

  it.each([true, false])('the answer alone was lost, with a socket of an agent that lives (kept there: %s): it is given again or asked for, and nothing is done again', async (isKept) => {
    const { clock, outcomes, first } = await world();
    let answer: (uid: Uid) => void = () => undefined;
    first.facade.onPerform = () => new Promise((resolve) => { answer = resolve; });
    const result = first.remote.perform(create, { signal: never });
    result.catch(() => undefined);
    await settle();
    outcomes.answer = () => ({ state: 'applied', uid: new Uid('u1') });
    first.socket.out.drop(1);
    answer(new Uid('u1'));
    await settle();
    expect(first.socket.out.dropping).toBe(0);
    cut(first.socket);
    if (!isKept) (first.peer.groups[0] as SessionGroup).answers.close();
    await settle();
    await first.join();
    await clock.advance(30_000);
    expect(await result).toEqual(new Uid('u1'));
    expect(first.facade.performed).toHaveLength(1);
    expect(outcomes.asked).toHaveLength(isKept ? 0 : 1);
  });

  it('failed: the caller gets the target\'s own error', async () => {
    const { outcomes, lose, restart } = await world();
    const { result } = await lose();
    outcomes.answer = () => ({ state: 'failed', error: new ConnectorError('alreadyExists', 'anna exists') });
    await restart();
    await expect(result).rejects.toMatchObject({ kind: 'alreadyExists', message: 'anna exists' });
  });

  it('never come: it is sent once more, under a new id', async () => {
    const { lose, first, agent, outcomes } = await world();
    const { result, operationId } = await lose();
    cut(first.socket);
    await settle();
    outcomes.answer = () => ({ state: 'neverSeen' });
    const next = await agent();
    await result;
    expect(next.facade.performed).toMatchObject([{ operation: { kind: 'create' }, call: { once: true } }]);
    expect(next.facade.performed[0]!.call.operationId).not.toBe(operationId);
  });

  it('not applied: a retryable error that says so', async () => {
    const { outcomes, lose, restart } = await world();
    const { result } = await lose();
    outcomes.answer = () => ({ state: 'notApplied' });
    await restart();
    await expect(result).rejects.toMatchObject({ kind: 'retryable', outcome: 'notApplied', retryable: true, message: expect.stringContaining('nothing was changed') as string });
  });

  it.each([[undefined, 30_000], [120_000, 120_000]])('still under way: asked for again as long as the caller waits (%s), half a minute where it has not said', async (patience, milliseconds) => {
    const { clock, outcomes, lose, restart } = await world();
    const { result } = await lose(create, patience);
    let isOver = false;
    result.catch(() => { isOver = true; });
    outcomes.answer = () => ({ state: 'inProgress' });
    await restart();
    await clock.advance(milliseconds - 5_000);
    expect(isOver).toBe(false);
    await clock.advance(10_000);
    await expect(result).rejects.toMatchObject({ outcome: 'unknown', message: expect.stringContaining('the agent is still at it') as string });
  });

  it('unknown: an error that says so, with the id, and is not to be retried', async () => {
    const { outcomes, lose, restart } = await world();
    const { result, operationId } = await lose();
    outcomes.answer = () => ({ state: 'unknown' });
    await restart();
    await expect(result).rejects.toMatchObject({ kind: 'connector', outcome: 'unknown', retryable: false, message: expect.stringContaining('Outcome unknown') as string });
    await expect(result).rejects.toThrow(operationId);
  });

  it('still under way: asks again until it is over', async () => {
    const { clock, outcomes, lose, restart } = await world();
    const { result } = await lose(erase);
    const answers: WriteOutcome[] = [{ state: 'inProgress' }, { state: 'inProgress' }, { state: 'applied' }];
    outcomes.answer = () => answers.shift()!;
    await restart();
    await clock.advance(1_000);
    expect(await result).toBeUndefined();
    expect(outcomes.asked).toHaveLength(3);
  });

  it('asks only where the same journal is: not another process of the same name, not another principal with that journal', async () => {
    const { clock, outcomes, lose, restart, agent } = await world();
    const { result } = await lose();
    const other = new MemoryOutcomes('journal-2');
    await restart(other);
    await agent(new MemoryOutcomes('journal-1'), 'mallory');
    await clock.advance(90_000);
    await expect(result).rejects.toMatchObject({ outcome: 'unknown' });
    expect([outcomes.asked, other.asked]).toEqual([[], []]);
  });

  it('gives up at the caller\'s word, and says that the outcome is unknown', async () => {
    const { first, hang } = await world();
    hang(first.facade);
    const stop = new AbortController();
    const result = first.remote.perform(create, { signal: stop.signal });
    result.catch(() => undefined);
    await settle();
    stop.abort(new Error('client gone'));
    await expect(result).rejects.toMatchObject({ outcome: 'unknown' });
  });

  it('after the operation\'s own timeout the same agent is asked', async () => {
    const { clock, outcomes, first, hang } = await world([['CreateApiOp', 2_000]]);
    hang(first.facade);
    const result = first.remote.perform(create, { signal: never });
    result.catch(() => undefined);
    outcomes.answer = () => ({ state: 'applied', uid: new Uid('slow') });
    await clock.advance(2_500);
    expect(await result).toEqual(new Uid('slow'));
  });

  it('a script that ran has no result any more, and is not run again', async () => {
    const { outcomes, first, hang, restart } = await world();
    hang(first.facade);
    const result = first.remote.perform(script, { signal: never });
    result.catch(() => undefined);
    await settle();
    outcomes.answer = () => ({ state: 'applied' });
    await restart();
    await expect(result).rejects.toMatchObject({ outcome: 'applied', message: expect.stringContaining('not run again') as string });
  });

  it('a facade made before the restart serves afterwards, by the new session', async () => {
    const { first, restart } = await world();
    const next = await restart();
    next.facade.onPerform = async () => new Uid('new');
    expect(await first.remote.perform(create, { signal: never })).toEqual(new Uid('new'));
    await first.remote.perform({ kind: 'test' }, { signal: never });
    expect(next.facade.performed.map(({ operation }) => operation.kind)).toEqual(['create', 'test']);
  });

  it('what found no connection at all has changed nothing, and says so', async () => {
    const { clock, first } = await world();
    cut(first.socket);
    await settle();
    const result = first.remote.perform(create, { signal: never });
    result.catch(() => undefined);
    await clock.advance(20_000);
    await expect(result).rejects.toMatchObject({ kind: 'connectionFailed', outcome: 'notApplied' });
  });

  it('reads are not asked for, they fail as ever', async () => {
    const { clock, outcomes, first, hang, restart } = await world();
    hang(first.facade);
    const result = first.remote.perform({ kind: 'test' }, { signal: never });
    result.catch(() => undefined);
    await settle();
    await restart();
    await clock.advance(20_000);
    await expect(result).rejects.toMatchObject({ kind: 'connectionBroken' });
    expect(outcomes.asked).toEqual([]);
  });
});

describe('a batch whose results are lost', () => {
  it('asks for each missing task, and tells each what became of it', async () => {
    const { clock, outcomes, first, restart } = await world();
    first.facade.onStream = async function* () {
      yield { task: 0, uid: new Uid('told') };
      await new Promise(() => undefined);
    };
    const tasks: BatchTask[] = [create, create, create, create];
    const result = collect(first.remote.stream({ kind: 'batch', tasks, options }, { signal: never }));
    result.catch(() => undefined);
    await settle();
    const states: Record<string, WriteOutcome> = { 1: { state: 'applied', uid: new Uid('asked') }, 2: { state: 'notApplied' }, 3: { state: 'unknown' } };
    outcomes.answer = ({ operationId }) => states[operationId.split('#')[1]!]!;
    await restart();
    await clock.advance(90_000);
    const { items } = await result;
    const byTask = [...items].sort((a, b) => a.task - b.task);
    expect(byTask.map(({ task, uid, error }) => [task, uid?.value, error?.outcome])).toEqual([[0, 'told', undefined], [1, 'asked', undefined], [2, undefined, 'notApplied'], [3, undefined, 'unknown']]);
  });
});

describe('a Java peer', () => {
  it('is never told of a journal feature it could use, and a question for an outcome is an unknown request', async () => {
    const { java } = await listenerWithJava(1, {});
    await java.send({ kind: 'outcomeRequest', id: 9, operationId: 'x', age: 0, operation: { connectorKey: KEY, facadeKey: '', locale: undefined, operation: { kind: 'create', fields: {} } } });
    expect(java.last('error')).toMatchObject({ id: 9, message: 'Unknown Request message' });
    expect(java.of('outcomeResponse')).toEqual([]);
  });
});
