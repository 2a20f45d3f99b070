import { describe, expect, it } from 'vitest';
import { encodeOperationRequest, facadeKeyOf } from '../../../../protocol/codec/index.js';
import { decodeFrame } from '../../../../protocol/frame.js';
import { FIXED } from '../../../../protocol/session/limits.js';
import { timeAllowed } from '../../../../protocol/session/operation-timeout.js';
import { OperationOptions, type CallContext } from '../../../../protocol/model/index.js';
import { settle } from '../../../support/fake-clock.js';
import { KEY, account, configuration } from '../../../support/fake-facade.js';
import { collect, joinedPeers, listenerWithJava, never, testPeer } from '../../../support/peers.js';
import { socketPair } from '../../../support/socket-pair.js';

const options = OperationOptions.none;
const get = { kind: 'get', objectClass: '__ACCOUNT__', uid: account(1).uid, options } as const;
const search = { kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options } as const;
const remove = { kind: 'delete', objectClass: '__ACCOUNT__', uid: account(1).uid, options } as const;

/** A target that answers nothing, and says why it was stopped. */
function hanging(stopped: unknown[]) {
  return (_operation: unknown, { signal }: CallContext): Promise<never> => new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      stopped.push(signal.reason);
      reject(signal.reason as Error);
    });
  });
}

describe('the caller\'s time', () => {
  it('is the smaller of its own and the operation\'s timeout; of a stream, only its own; as whole milliseconds that fit', () => {
    expect(timeAllowed('get', 5_000, { timeLeft: () => 900.2 })).toBe(901);
    expect(timeAllowed('get', 500, { timeLeft: () => 900 })).toBe(500);
    expect(timeAllowed('search', 500, { timeLeft: () => 900 })).toBe(900);
    expect(timeAllowed('search', 500, {})).toBeUndefined();
    expect(timeAllowed('get', undefined, { timeLeft: () => Infinity })).toBeUndefined();
    expect(timeAllowed('get', undefined, { timeLeft: () => -3 })).toBe(1);
    expect(timeAllowed('get', 2 ** 40, {})).toBeUndefined();
  });

  it.each([get, remove])('travels with a $kind, and the work stops at the agent when it is over, although nobody cancels it', async (operation) => {
    const { agent, group, clock, sockets } = await joinedPeers();
    const stopped: unknown[] = [];
    agent.facade.onPerform = hanging(stopped);
    const facade = group.facade(KEY, facadeKeyOf(configuration()));
    const outcome = facade.perform(operation, { signal: never, timeLeft: () => 4_000 }).then(() => 'done', (error: unknown) => error);
    await settle();
    const request = sockets[0]!.listener.out.frames.map((frame) => decodeFrame(frame)).find(({ kind }) => kind === 'operationRequest');
    expect(request).toMatchObject({ timeLeft: 4_000 });
    await clock.advance(4_000);
    expect(stopped).toEqual([]);
    await clock.advance(FIXED.deadlineGrace);
    expect(stopped).toMatchObject([{ kind: 'operationTimeout', message: expect.stringContaining('4000 ms') as string }]);
    expect(await outcome).toMatchObject({ kind: 'operationTimeout' });
    expect(agent.peer.executing).toBe(0);
  });

  it('ends a search that is under way, and its cursor at the target', async () => {
    const { agent, facade, clock } = await joinedPeers(1, { controller: { limits: { creditWindow: 8 } } });
    agent.facade.onStream = () => agent.facade.accounts(10_000);
    const results = facade.stream(search, { signal: never, timeLeft: () => 2_000 });
    await results.next();
    await clock.advance(2_000 + FIXED.deadlineGrace);
    expect(agent.facade.open).toBe(0);
    await expect(collect(results)).rejects.toMatchObject({ kind: 'operationTimeout' });
  });

  it('runs while the request waits for its turn: it is then never begun', async () => {
    const { agent, facade, clock } = await joinedPeers(1, { agent: { limits: { maxConcurrentRequests: 1 } } });
    agent.facade.onPerform = hanging([]);
    const first = new AbortController();
    facade.perform(get, { signal: first.signal }).catch(() => undefined);
    await settle();
    const second = facade.perform(remove, { signal: never, timeLeft: () => 1_000 }).catch((error: unknown) => error);
    await clock.advance(1_000 + FIXED.deadlineGrace);
    expect(await second).toMatchObject({ kind: 'operationTimeout' });
    first.abort();
    await settle();
    expect(agent.facade.performed.map(({ operation }) => operation.kind)).toEqual(['get']);
  });

  it('of a Java peer, which has not offered it, is no time of ours', async () => {
    const { java, facade, clock } = await listenerWithJava();
    const stopped: unknown[] = [];
    facade.onPerform = hanging(stopped);
    await java.send(encodeOperationRequest({ id: 9, connectorKey: KEY, facadeKey: facadeKeyOf(configuration()), operation: get, timeLeft: 10 }));
    await clock.advance(10 + FIXED.deadlineGrace);
    expect(stopped).toEqual([]);
  });
});

describe('waiting for a turn', () => {
  it('ends after maxQueueTime with a retryable error that names the limits, and nothing was done', async () => {
    const { agent, facade, clock } = await joinedPeers(1, { agent: { limits: { maxConcurrentRequests: 2, maxQueueTime: 700 } } });
    agent.facade.onPerform = hanging([]);
    for (let count = 0; count < 2; count++) facade.perform(get, { signal: never }).catch(() => undefined);
    await settle();
    const waiting = facade.perform(remove, { signal: never }).catch((error: unknown) => error);
    await clock.advance(700);
    expect(await waiting).toMatchObject({ kind: 'retryable', message: expect.stringMatching(/busy.*700 ms \(maxQueueTime\).*2 places.*maxConcurrentRequests/) as string });
    expect(agent.facade.performed).toHaveLength(2);
  });

  it('is refused at once when enough wait, with the limits\' names', async () => {
    const { agent, facade } = await joinedPeers(1, { agent: { limits: { maxConcurrentRequests: 1, maxQueuedRequests: 0 } } });
    agent.facade.onPerform = hanging([]);
    facade.perform(get, { signal: never }).catch(() => undefined);
    await settle();
    await expect(facade.perform(get, { signal: never })).rejects.toMatchObject({ kind: 'retryable', message: expect.stringMatching(/busy: 1 operations.*maxConcurrentRequests.*0 may wait \(maxQueuedRequests\)/) as string });
  });

  it('an executor that will not take an operation on is asked before anything else', async () => {
    const { agent, facade } = await joinedPeers();
    Object.assign(agent.facade, { refusal: (kind: string) => (kind === 'search' ? 'The agent is busy: too late.' : undefined) });
    await expect(collect(facade.stream(search, { signal: never }))).rejects.toMatchObject({ kind: 'retryable', message: 'The agent is busy: too late.' });
    await facade.perform(get, { signal: never });
    expect(agent.facade.origins).toHaveLength(1);
  });
});

describe('a peer that was killed', () => {
  it('its callers are told soon after its new process has come, not when all hope is gone', async () => {
    const { controller, facade, agent, clock, sockets } = await joinedPeers();
    agent.facade.onPerform = hanging([]);
    const asked = facade.perform(get, { signal: never }).then(() => 'done', (error: unknown) => error);
    await settle();
    sockets[0]!.dialler.terminate();
    sockets[0]!.listener.terminate();
    await clock.advance(3_000);
    const restarted = testPeer('dialler', {}, clock);
    const pair = socketPair();
    await Promise.all([controller.peer.attach(pair.listener, 'agent-1'), restarted.peer.attach(pair.dialler, 'controller')]);
    await clock.advance(FIXED.replacedGrace);
    expect(await Promise.race([asked, settle()])).toMatchObject({ kind: 'connectionBroken' });
  });

  it('another agent\'s coming changes nothing, and a peer that comes back in time loses nothing', async () => {
    const { controller, facade, agent, clock, sockets, join } = await joinedPeers();
    let answer: () => void = () => undefined;
    agent.facade.onPerform = () => new Promise((resolve) => { answer = () => resolve(null); });
    const asked = facade.perform(get, { signal: never });
    await settle();
    sockets[0]!.dialler.terminate();
    sockets[0]!.listener.terminate();
    const other = testPeer('dialler', {}, clock);
    const pair = socketPair();
    await Promise.all([controller.peer.attach(pair.listener, 'agent-2'), other.peer.attach(pair.dialler, 'controller')]);
    await clock.advance(5_000);
    await join();
    answer();
    expect(await asked).toBeNull();
  });
});

describe('a requester that is gone', () => {
  it('stops its reads as soon as it has given them up itself', async () => {
    const { agent, facade, clock, sockets } = await joinedPeers(1, { controller: { limits: { creditWindow: 8 } } });
    agent.facade.onStream = () => agent.facade.accounts(10_000);
    const results = facade.stream(search, { signal: never });
    await results.next();
    sockets[0]!.dialler.terminate();
    sockets[0]!.listener.terminate();
    await settle();
    expect(agent.facade.open).toBe(1);
    await clock.advance(FIXED.brokenGrace);
    expect(agent.facade.open).toBe(0);
  });
});
