import { describe, expect, it } from 'vitest';
import { encodeOperationRequest, encodeStreamEnd, encodeStreamItem, facadeKeyOf } from '../../../../protocol/codec/index.js';
import { encodeMessage } from '../../../../protocol/frame.js';
import { responseOutline } from '../../../../protocol/frame-outline.js';
import { ConnectorError, LAST_PAGE, OperationOptions, Uid, type ConnectorObject } from '../../../../protocol/model/index.js';
import { CREDITS } from '../../../../protocol/session/credits.js';
import { OFFERED } from '../../../../protocol/session/features.js';
import type { SessionGroup } from '../../../../protocol/session/group.js';
import { FIXED } from '../../../../protocol/session/limits.js';
import { KEY, account, configuration } from '../../../support/fake-facade.js';
import { settle } from '../../../support/fake-clock.js';
import { collect, joinedPeers, never, testPeer, type JoinedPeers } from '../../../support/peers.js';
import { RawPeer } from '../../../support/raw-peer.js';
import { cut, socketPair, type PairSocket } from '../../../support/socket-pair.js';

const options = OperationOptions.none;
const search = { kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options } as const;
const sync = { kind: 'sync', objectClass: '__ACCOUNT__', token: { value: 1 }, options } as const;
const numbers = (items: readonly ConnectorObject[]): string[] => items.map(({ uid }) => uid.value);
const upTo = (count: number, from = 1): string[] => Array.from({ length: count - from + 1 }, (_, n) => `u${n + from}`);
const answersOf = ({ agent }: JoinedPeers) => (agent.peer.groups[0] as SessionGroup).answers;

/** From now on what the agent (or the controller) writes leaves, and reaches nobody. */
function hold(joined: JoinedPeers, end: 'dialler' | 'listener' = 'dialler'): void {
  for (const pair of joined.sockets) pair[end].out.hold();
}

/** Cuts the sockets on which something is on its way, and lets the others flow. */
function cutCarrier(joined: JoinedPeers, end: 'dialler' | 'listener' = 'dialler'): void {
  const carriers = joined.sockets.filter((pair) => pair[end].out.open && pair[end].out.waiting > 0);
  expect(carriers).toHaveLength(1);
  for (const pair of joined.sockets) {
    if (pair === carriers[0]) cut(pair.dialler);
    else pair[end].out.flow();
  }
}

describe('between our ends, what was lost with a socket is given again', () => {
  it('results that were written and never delivered come by the other socket; the search is not made again', async () => {
    const joined = await joinedPeers(2);
    const { agent, facade, clock } = joined;
    agent.facade.onStream = () => agent.facade.accounts(500, 0, LAST_PAGE);
    const results = facade.stream(search, { signal: never });
    const first = (await results.next()).value as ConnectorObject;
    hold(joined);
    const rest = collect(results);
    await settle();
    cutCarrier(joined);
    await clock.advance(1_000);
    const { items, end } = await rest;
    expect(numbers([first, ...items])).toEqual(upTo(500));
    expect(end).toEqual(LAST_PAGE);
    expect(agent.facade.performed).toHaveLength(1);
  });

  it.each([1, 2])('all %d sockets die with results in flight, one comes back: the search goes on where it was', async (sockets) => {
    const joined = await joinedPeers(sockets);
    const { agent, facade, clock } = joined;
    agent.facade.onStream = () => agent.facade.accounts(500);
    const results = facade.stream(search, { signal: never });
    await results.next();
    hold(joined);
    const rest = collect(results);
    await settle();
    for (const { dialler } of joined.sockets) cut(dialler);
    await clock.advance(10_000);
    const pulled = agent.facade.pulled;
    await joined.join();
    await clock.advance(1_000);
    expect(numbers((await rest).items)).toEqual(upTo(500, 2));
    expect(pulled).toBeLessThan(100);
    expect(agent.facade.pulled).toBe(500);
    expect(agent.facade.performed).toHaveLength(1);
  });

  it('twice in a row', async () => {
    const joined = await joinedPeers(1);
    const { agent, facade, clock } = joined;
    agent.facade.onStream = () => agent.facade.accounts(300);
    const outcome = collect(facade.stream(search, { signal: never }));
    for (let round = 0; round < 3; round++) {
      await settle(1);
      hold(joined);
      await clock.advance(2_000);
      cut(joined.sockets.at(-1)!.dialler);
      await clock.advance(3_000);
      await joined.join();
    }
    await clock.advance(5_000);
    expect(numbers((await outcome).items)).toEqual(upTo(300));
    expect(agent.facade.performed).toHaveLength(1);
  });

  it.each([['search', search, LAST_PAGE], ['sync', sync, { value: 9 }]] as const)('the end of a %s', async (_kind, operation, end) => {
    const joined = await joinedPeers(2);
    const { agent, facade, clock } = joined;
    agent.facade.onStream = () => (operation.kind === 'search' ? agent.facade.accounts(3, 0, end) : agent.facade.accounts(0, 0, end));
    hold(joined);
    const outcome = collect(facade.stream(operation, { signal: never }));
    await settle(10);
    const carrier = joined.sockets.find(({ dialler }) => dialler.out.waiting > 0)!.dialler.out;
    while (carrier.waiting > 1) carrier.release(0);
    expect(agent.peer.executing).toBe(0);
    cutCarrier(joined);
    await clock.advance(1_000);
    expect((await outcome).end).toEqual(end);
    expect(agent.facade.performed).toHaveLength(1);
  });

  it('an error, which holds no place meanwhile', async () => {
    const joined = await joinedPeers(2);
    const { agent, facade, clock } = joined;
    agent.facade.onStream = async function* () {
      yield account(1);
      throw new ConnectorError('unknownUid', 'gone');
    };
    hold(joined);
    const outcome = collect(facade.stream(search, { signal: never }));
    outcome.catch(() => undefined);
    await settle(10);
    expect(agent.peer.executing).toBe(0);
    for (const { dialler } of joined.sockets) cut(dialler);
    await clock.advance(5_000);
    await joined.join();
    await clock.advance(1_000);
    await expect(outcome).rejects.toMatchObject({ kind: 'unknownUid', message: 'gone' });
    expect(agent.facade.performed).toHaveLength(1);
  });

  it.each(['test', 'create'] as const)('the answer of a %s, which is executed once', async (kind) => {
    const joined = await joinedPeers(2);
    const { agent, facade, clock } = joined;
    agent.facade.onPerform = async () => (kind === 'create' ? new Uid('7') : null);
    hold(joined);
    const outcome = kind === 'create'
      ? facade.perform({ kind, objectClass: '__ACCOUNT__', attributes: [], options }, { signal: never })
      : facade.perform({ kind }, { signal: never });
    await settle();
    expect(agent.peer.executing).toBe(0);
    cutCarrier(joined);
    await clock.advance(100);
    if (kind === 'create') expect(await outcome).toMatchObject({ value: '7' });
    else await outcome;
    expect(agent.facade.performed).toHaveLength(1);
  });

  it('a read that never came is sent again by the other socket', async () => {
    const joined = await joinedPeers(2);
    const { agent, facade, clock } = joined;
    hold(joined, 'listener');
    const outcome = facade.perform({ kind: 'schema' }, { signal: never });
    const searching = collect(facade.stream(search, { signal: never }));
    await settle();
    for (const { dialler } of joined.sockets) cut(dialler);
    expect(agent.facade.performed).toEqual([]);
    await clock.advance(5_000);
    await joined.join();
    await clock.advance(1_000);
    await outcome;
    await searching;
    expect(agent.facade.performed.map(({ operation }) => operation.kind).sort()).toEqual(['schema', 'search']);
  });

  it('a request that still comes, and is asked after on another socket, is executed once', async () => {
    const joined = await joinedPeers(3);
    const { agent, facade, clock } = joined;
    hold(joined, 'listener');
    const outcome = facade.perform({ kind: 'schema' }, { signal: never });
    await settle();
    const carrier = joined.sockets.find(({ listener }) => listener.out.waiting > 0)!;
    const others = joined.sockets.filter((pair) => pair !== carrier);
    for (const { listener } of others) listener.out.flow();
    cut(others[0]!.dialler);
    await clock.advance(2_000);
    carrier.listener.out.flow();
    await outcome;
    expect(agent.facade.performed).toHaveLength(1);
  });

  it('a write that never came is not sent again by itself; without a journal to ask, its outcome is unknown', async () => {
    const joined = await joinedPeers(1);
    const { agent, facade, clock } = joined;
    hold(joined, 'listener');
    const outcome = facade.perform({ kind: 'delete', objectClass: '__ACCOUNT__', uid: new Uid('1'), options }, { signal: never });
    outcome.catch(() => undefined);
    await settle();
    cut(joined.sockets[0]!.dialler);
    await clock.advance(1_000);
    await joined.join();
    await clock.advance(1_000);
    await expect(outcome).rejects.toMatchObject({ kind: 'connectionBroken', outcome: 'unknown' });
    expect(agent.facade.performed).toEqual([]);
  });

  it('a result that is missing although the socket is still there is asked for soon, and again until it comes', async () => {
    const { dialler, listener } = socketPair();
    const controller = testPeer('listener', { executor: undefined });
    const attaching = controller.peer.attach(listener, 'agent-1');
    const agent = new RawPeer(dialler);
    await agent.hello('AGENT', OFFERED);
    const { group } = await attaching;
    const outcome = collect(group.facade(KEY, facadeKeyOf(configuration())).stream(search, { signal: never }));
    outcome.catch(() => undefined);
    await settle();
    const { id } = agent.last('operationRequest');
    await agent.send(encodeStreamItem(id, 'search', account(1), 1), encodeStreamItem(id, 'search', account(3), 3));
    await controller.clock.advance(FIXED.missingAsked - 1);
    const asked = () => agent.of('credit').filter(({ resend }) => resend === true);
    expect(asked()).toEqual([]);
    await controller.clock.advance(2 * FIXED.missingAsked);
    expect(asked()).toMatchObject([{ id, received: 1 }, { id, received: 1 }]);
    await agent.send(encodeStreamItem(id, 'search', account(2), 2), encodeStreamItem(id, 'search', account(3), 3), encodeStreamEnd(id, 'search', undefined, 3, true)[0]!);
    expect(numbers((await outcome).items)).toEqual(upTo(3));
  });

  it('the last results, with nothing behind them, are asked for at the nudge', async () => {
    const joined = await joinedPeers(1, { controller: { limits: { heartbeatInterval: 5_000 } } });
    const { agent, facade, clock, sockets } = joined;
    agent.facade.onStream = () => agent.facade.accounts(3);
    sockets[0]!.dialler.out.drop(10);
    const outcome = collect(facade.stream(search, { signal: never }));
    await settle();
    sockets[0]!.dialler.out.drop(-sockets[0]!.dialler.out.dropping);
    await clock.advance(11_000);
    expect(numbers((await outcome).items)).toEqual(upTo(3));
  });

  it('only the reader has noticed the loss: results leave by the socket it asks on, although the other takes what nobody gets', async () => {
    const joined = await joinedPeers(2);
    const { agent, facade, clock } = joined;
    agent.facade.onStream = () => agent.facade.accounts(5_000, 100);
    const results = facade.stream(search, { signal: never });
    await results.next();
    const carrier = joined.sockets.find(({ dialler }) => dialler.out.frames.some((frame) => responseOutline(frame) !== undefined))!;
    carrier.dialler.out.stall();
    const rest = collect(results);
    await settle();
    carrier.listener.in.closed(1006, 'lost');
    await clock.advance(2_000);
    expect((await rest).items).toHaveLength(4_999);
    expect(agent.peer.groups[0]!.socketCount).toBe(2);
    await settle();
    expect(agent.peer.executing).toBe(0);
  });

  it('a socket is lost while the only other one is being let go: the next one brings what was lost', async () => {
    const joined = await joinedPeers(1);
    const { agent, facade, clock, sockets } = joined;
    agent.facade.onPerform = async () => null;
    const second = await joined.join();
    hold(joined);
    const outcomes = [facade.perform({ kind: 'test' }, { signal: never }), facade.perform({ kind: 'schema' }, { signal: never })];
    await settle();
    expect(sockets.map(({ dialler }) => dialler.out.waiting > 0)).toEqual([true, true]);
    second.listener.retire(never).catch(() => undefined);
    second.dialler.retire(never).catch(() => undefined);
    sockets[1]!.dialler.deaf = true;
    await settle();
    cut(sockets[0]!.dialler);
    await clock.advance(100);
    await joined.join();
    await clock.advance(1_000);
    await Promise.all(outcomes);
    expect(agent.facade.performed).toHaveLength(2);
  });

  it('200 searches and reads at once survive the loss of a socket in flight, each once and whole', async () => {
    const joined = await joinedPeers(2);
    const { agent, facade, clock } = joined;
    agent.facade.onStream = () => agent.facade.accounts(40);
    agent.facade.onPerform = async () => null;
    const searches = Array.from({ length: 100 }, () => collect(facade.stream(search, { signal: new AbortController().signal })));
    const reads = Array.from({ length: 100 }, () => facade.perform({ kind: 'test' }, { signal: new AbortController().signal }));
    await settle(2);
    hold(joined);
    await settle();
    cut(joined.sockets[0]!.dialler);
    joined.sockets[1]!.dialler.out.flow();
    await clock.advance(5_000);
    await Promise.all(reads);
    for (const { items } of await Promise.all(searches)) expect(numbers(items)).toEqual(upTo(40));
    await clock.advance(1_000);
    expect(answersOf(joined)).toMatchObject({ size: 0, bytes: 0 });
  });

  it('a search nobody waits for any more leaves nothing behind', async () => {
    const joined = await joinedPeers(1);
    const { agent, facade, clock } = joined;
    agent.facade.onStream = () => agent.facade.accounts(500);
    const results = facade.stream(search, { signal: never });
    await results.next();
    await results.return(undefined);
    await clock.advance(1_000);
    expect(agent.peer.executing).toBe(0);
    expect(answersOf(joined)).toMatchObject({ size: 0, bytes: 0 });
  });

  it('acknowledgements that are lost keep an answer no longer than anybody could ask for it', async () => {
    const joined = await joinedPeers(1, { agent: { limits: { resendTimeout: 20_000 } } });
    const { facade, clock, sockets, agent } = joined;
    agent.facade.onStream = () => agent.facade.accounts(5);
    await collect(facade.stream(search, { signal: never }));
    sockets[0]!.listener.out.drop(1);
    await clock.advance(1_000);
    expect(answersOf(joined).size).toBe(1);
    await clock.advance(19_500);
    expect(answersOf(joined).size).toBe(0);
  });

  it('what is given again to somebody who has it already is acknowledged again', async () => {
    const joined = await joinedPeers(2);
    const { facade, clock, sockets } = joined;
    await facade.perform({ kind: 'test' }, { signal: never });
    for (const { listener } of sockets) listener.out.drop(1);
    await clock.advance(FIXED.settledDelay);
    expect(answersOf(joined).size).toBe(1);
    for (const { listener } of sockets) listener.out.drop(-listener.out.dropping);
    cut(sockets[0]!.dialler);
    await clock.advance(1_000);
    expect(answersOf(joined).size).toBe(0);
  });

  it('a paused reader keeps no results at the executing end', async () => {
    const joined = await joinedPeers(1);
    const { facade, clock, agent } = joined;
    agent.facade.onStream = () => agent.facade.accounts(100_000, 100);
    const results = facade.stream(search, { signal: never });
    for (let n = 0; n < 400; n++) await results.next();
    await clock.advance(600_000);
    expect(answersOf(joined).bytes).toBeLessThan(400_000);
    await results.return(undefined);
  });
});

/** An agent of ours, and a controller by hand on each socket that offers these features. */
async function agentOf(features: readonly string[] = OFFERED, sockets = 1) {
  const tested = testPeer('dialler');
  const raw: RawPeer[] = [];
  const pairs: PairSocket[] = [];
  for (let count = 0; count < sockets; count++) {
    const { dialler, listener } = socketPair();
    const made = new RawPeer(listener);
    const attaching = tested.peer.attach(dialler, 'controller');
    await settle();
    await made.helloBack('CONTROLLER', features);
    await attaching;
    raw.push(made);
    pairs.push(dialler);
  }
  const [first] = raw;
  if (first === undefined) throw new Error('no socket');
  const request = (id: number, operation: Parameters<typeof encodeOperationRequest>[0]['operation']) => encodeOperationRequest({ id, connectorKey: KEY, facadeKey: facadeKeyOf(configuration()), operation });
  const group = tested.peer.groups[0] as SessionGroup;
  const responses = () => raw.flatMap(({ frames }) => frames).flatMap((frame) => responseOutline(frame) ?? []);
  return { ...tested, raw, first, pairs, request, group, responses, answers: group.answers };
}

describe('a requester that is not what it should be', () => {
  it('asks again and again: it gets a window of results now and then', async () => {
    const { first, request, facade, responses, clock } = await agentOf();
    facade.onStream = () => facade.accounts(1_000, 100);
    await first.send(request(1, search), { kind: 'credit', id: 1, credits: 100 });
    const once = responses().length;
    const again = encodeMessage({ kind: 'credit', id: 1, credits: 100, resend: true });
    for (let n = 0; n < 500; n++) await first.socket.send(again);
    await settle();
    expect(responses().length).toBeLessThanOrEqual(2 * once);
    await clock.advance(60_000);
    expect(responses().length).toBeLessThanOrEqual(3 * once);
  });

  it('grants everything and acknowledges nothing: the target is pulled as far as there is room, and on when there is', async () => {
    const { first, request, facade, answers, clock, group } = await agentOf();
    facade.onStream = () => facade.accounts(1_000_000, 1_000);
    await first.send(request(1, search), { kind: 'credit', id: 1, credits: 2 ** 31 - 1 });
    await clock.advance(10_000);
    expect(answers.bytes).toBeLessThan(1_200_000);
    const { pulled } = facade;
    await clock.advance(60_000);
    expect(facade.pulled).toBe(pulled);
    await first.send({ kind: 'credit', id: 1, credits: 0, received: pulled - 50 });
    await clock.advance(1_000);
    expect(facade.pulled).toBeGreaterThan(pulled + 500);
    expect(answers.bytes).toBeLessThan(1_200_000);
    group.close('over');
    expect(answers.bytes).toBe(0);
  });

  it.each([-5, 0, 2 ** 50, Number.MAX_SAFE_INTEGER])('acknowledges %d results of 8: the search goes on, and what was sent later can be asked for', async (received) => {
    const { first, request, facade, responses, clock } = await agentOf();
    facade.onStream = () => facade.accounts(20);
    await first.send(request(1, search), { kind: 'credit', id: 1, credits: 8 });
    await first.send({ kind: 'credit', id: 1, credits: 12, received });
    const before = responses().length;
    await first.send({ kind: 'credit', id: 1, credits: 12, received: 8, resend: true });
    await clock.advance(1_000);
    expect(responses().slice(before).map(({ sequence, batched }) => [sequence, batched])).toEqual([[9, 4]]);
    await first.send({ kind: 'credit', id: 1, credits: 100 });
    expect(responses().at(-1)).toMatchObject({ sequence: 20, hasItem: false });
  });

  it('asks for what is not known, or not any more, and is told so', async () => {
    const { first, request, answers } = await agentOf();
    await first.send({ kind: 'credit', id: 77, credits: 8, resend: true });
    expect(first.of('answerUnknown')).toMatchObject([{ id: 77 }]);
    await first.send(request(5, { kind: 'test' }));
    expect(answers.size).toBe(1);
    await first.send({ kind: 'credit', id: 5, credits: 0, resend: true });
    expect(first.of('operationResponse')).toHaveLength(2);
    await first.send({ kind: 'credit', id: 0, credits: 0, settled: [5] }, { kind: 'credit', id: 5, credits: 0, resend: true });
    expect(answers.size).toBe(0);
    expect(first.of('answerUnknown').map(({ id }) => id)).toEqual([77, 5]);
  });

  it('sends a request a second time when its answer is kept: it is not executed again', async () => {
    const { first, request, facade } = await agentOf();
    await first.send(request(5, { kind: 'test' }));
    await first.send(request(5, { kind: 'test' }));
    expect(facade.performed).toHaveLength(1);
    expect(first.of('operationResponse')).toHaveLength(2);
  });

  it('settles what is still under way: nothing of it is kept', async () => {
    const { first, request, facade, answers } = await agentOf();
    facade.onStream = () => facade.accounts(1_000);
    await first.send(request(1, search), { kind: 'credit', id: 1, credits: 100 }, { kind: 'credit', id: 0, credits: 0, settled: [1] });
    expect(answers.bytes).toBe(0);
    await first.send({ kind: 'credit', id: 1, credits: 500 });
    expect(answers.bytes).toBe(0);
  });

  it.each([[[]], [[CREDITS]], [OFFERED.filter((feature) => feature !== CREDITS)]])('offers %j: no answer is kept, and none of it is understood', async (features) => {
    const { first, request, facade, answers, responses } = await agentOf(features);
    facade.onStream = () => facade.accounts(3);
    await first.send(request(1, search), { kind: 'credit', id: 1, credits: 100, received: 1, resend: true }, request(2, { kind: 'test' }));
    expect(answers.size).toBe(0);
    expect(first.of('answerUnknown')).toEqual([]);
    expect(responses().filter(({ operation }) => operation === 10).map(({ batched, sequence }) => [batched, sequence])).toEqual([[0, 1], [0, 2], [0, 3], [0, 3]]);
  });
});
