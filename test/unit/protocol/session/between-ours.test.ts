import { describe, expect, it } from 'vitest';
import { facadeKeyOf } from '../../../../protocol/codec/index.js';
import { decodeFrame } from '../../../../protocol/frame.js';
import { responseOutline } from '../../../../protocol/frame-outline.js';
import { ConnectorError, LAST_PAGE, OperationOptions, Uid } from '../../../../protocol/model/index.js';
import { KEY, account, configuration } from '../../../support/fake-facade.js';
import { settle } from '../../../support/fake-clock.js';
import { collect, joinedPeers, never } from '../../../support/peers.js';
import { cut } from '../../../support/socket-pair.js';

const options = OperationOptions.none;
const search = { kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options } as const;
/** Results carried by frames, in messages of one or of many. */
const resultsIn = (frames: readonly Uint8Array[]) => frames.reduce((sum, frame) => sum + (responseOutline(frame)?.batched ?? 0), 0);
const kinds = (frames: readonly Uint8Array[]) => frames.map((frame) => decodeFrame(frame).kind);

describe('two peers of ours', () => {
  it('carry an operation with its id, locale and origin, and its result back', async () => {
    const { agent, facade } = await joinedPeers();
    agent.facade.onPerform = async () => new Uid('42');
    const uid = await facade.perform({ kind: 'create', objectClass: '__ACCOUNT__', attributes: [], options }, { signal: never, operationId: 'op-7' });
    expect(uid).toMatchObject({ value: '42' });
    expect(agent.facade.performed[0]!.call.operationId).toBe('op-7');
    expect(agent.facade.origins[0]).toMatchObject({ principal: 'controller' });
  });

  it('carry a search over several sockets, complete and in order', async () => {
    const { agent, facade, sockets } = await joinedPeers(3);
    agent.facade.onStream = () => agent.facade.accounts(1_000, 0, LAST_PAGE);
    const { items, end } = await collect(facade.stream(search, { signal: never }));
    expect(items.map(({ uid }) => uid.value)).toEqual(Array.from({ length: 1_000 }, (_, n) => `u${n + 1}`));
    expect(end).toEqual(LAST_PAGE);
    expect(Math.max(...sockets.map(({ dialler }) => resultsIn(dialler.out.frames)))).toBe(1_000);
  });

  it('deal searches out to the sockets: the results of one go by one, in order', async () => {
    const { agent, facade, sockets } = await joinedPeers(2);
    agent.facade.onStream = () => agent.facade.accounts(100, 0, LAST_PAGE);
    for (let count = 0; count < 2; count++) await collect(facade.stream(search, { signal: never }));
    for (const { dialler } of sockets) expect(resultsIn(dialler.out.frames)).toBe(100);
  });

  it('sync without a token reaches the connector as null', async () => {
    const { agent, facade } = await joinedPeers();
    agent.facade.onStream = () => agent.facade.accounts(0, 0, { value: 3 });
    const { end } = await collect(facade.stream({ kind: 'sync', objectClass: '__ACCOUNT__', token: null, options }, { signal: never }));
    expect(end).toEqual({ value: 3 });
    expect(agent.facade.performed.map(({ operation }) => operation)).toMatchObject([{ kind: 'sync', token: null }]);
  });

  it('credits: a reader that stops stops the target within the window, whatever the number of results', async () => {
    const { agent, facade, clock } = await joinedPeers(2, { controller: { limits: { creditWindow: 50 } } });
    agent.facade.onStream = () => agent.facade.accounts(100_000);
    const results = facade.stream(search, { signal: never });
    for (let n = 0; n < 200; n++) await results.next();
    await clock.advance(600_000);
    expect(agent.facade.pulled).toBeLessThanOrEqual(250);
    for (let n = 0; n < 200; n++) await results.next();
    expect(agent.facade.pulled).toBeGreaterThan(350);
    await results.return(undefined);
    await settle();
    expect(agent.facade.open).toBe(0);
    expect(agent.peer.executing).toBe(0);
  });

  it('credits: large results narrow the window so that memory stays within the limit', async () => {
    const { agent, facade } = await joinedPeers(1, { controller: { limits: { maxBufferedBytes: 200_000, creditWindow: 256 } } });
    agent.facade.onStream = () => agent.facade.accounts(300, 10_000);
    const results = facade.stream(search, { signal: never });
    let read = 0;
    for (let step = await results.next(); step.done !== true; step = await results.next()) {
      read++;
      expect(agent.facade.pulled - read).toBeLessThanOrEqual(10);
      if (read % 7 === 0) await settle();
    }
    expect(read).toBe(300);
  });

  it('credits: one that is lost with its socket is granted again', async () => {
    const { agent, facade, sockets, clock } = await joinedPeers(1, { controller: { limits: { creditWindow: 8 } } });
    agent.facade.onStream = () => agent.facade.accounts(100);
    const results = facade.stream(search, { signal: never });
    const rest = (async () => {
      await results.next();
      sockets[0]!.listener.out.drop(1_000);
      for (let n = 1; n < 8; n++) await results.next();
      const lost = results.next();
      await settle();
      sockets[0]!.listener.out.drop(-sockets[0]!.listener.out.dropping);
      return [await lost, ...(await collect(results)).items];
    })();
    await clock.advance(60_000);
    expect(await rest).toHaveLength(92);
  });

  it('leaving a search early closes the cursor at the agent', async () => {
    const { agent, facade } = await joinedPeers(2);
    agent.facade.onStream = () => agent.facade.accounts(100_000);
    for await (const object of facade.stream(search, { signal: never })) if (object.uid.value === 'u3') break;
    await settle();
    expect(agent.facade.open).toBe(0);
    expect(agent.peer.executing).toBe(0);
  });

  it('a subscription delivers events in order over several sockets and ends on both sides when left', async () => {
    const { agent, facade } = await joinedPeers(3);
    agent.facade.onStream = (_operation, { signal }) => (async function* () {
      for (let n = 1; n <= 50; n++) yield account(n);
      await new Promise((_, reject) => { signal.addEventListener('abort', () => reject(new Error('stop'))); });
    })();
    const seen: string[] = [];
    for await (const object of facade.stream({ ...search, kind: 'subscribeToObjects' }, { signal: never })) {
      seen.push(object.uid.value);
      if (seen.length === 50) break;
    }
    expect(seen).toEqual(Array.from({ length: 50 }, (_, n) => `u${n + 1}`));
    await settle();
    expect(agent.peer.executing).toBe(0);
    expect(agent.facade.open).toBe(0);
  });

  it('a batch of fewer results than tasks needs no waiting between ours', async () => {
    const { agent, facade } = await joinedPeers(2);
    const end = { tokens: [], queryRequired: false, asynchronousResults: false, returnsResults: true };
    agent.facade.onStream = async function* () {
      yield { task: 0, error: new ConnectorError('unknownUid', 'gone') };
      return end;
    };
    const tasks = ['1', '2'].map((uid) => ({ kind: 'delete', objectClass: '__ACCOUNT__', uid: new Uid(uid), options } as const));
    const outcome = await collect(facade.stream({ kind: 'batch', tasks, options }, { signal: never }));
    expect(outcome.end).toEqual(end);
    expect(outcome.items).toMatchObject([{ task: 0, error: { message: 'gone' } }]);
  });

  it('each side may ask the other', async () => {
    const { agent, controller, facade } = await joinedPeers(1, { controller: {} });
    agent.facade.onPerform = async () => null;
    await facade.perform({ kind: 'schema' }, { signal: never });
    const back = agent.peer.groups[0]!.facade(KEY, facadeKeyOf(configuration()));
    await expect(back.perform({ kind: 'test' }, { signal: never })).rejects.toMatchObject({ message: expect.stringContaining('hosts no connectors') as string });
    expect(controller.facade.performed).toEqual([]);
  });
});

describe('sockets come and go under way', () => {
  it('a search survives the loss of one socket while another is there', async () => {
    const { agent, facade, sockets } = await joinedPeers(2);
    agent.facade.onStream = () => agent.facade.accounts(500);
    const results = facade.stream(search, { signal: never });
    const seen = [await results.next()];
    sockets[0]!.dialler.out.stall();
    for (let n = 0; n < 5; n++) await settle();
    cut(sockets[0]!.dialler);
    const { items } = await collect(results);
    expect(seen.length + items.length).toBe(500);
  });

  it('a search survives a short absence of every socket: nothing is cut short, nothing is sent twice to the reader', async () => {
    const joined = await joinedPeers();
    const { agent, facade, sockets, clock } = joined;
    agent.facade.onStream = () => agent.facade.accounts(500);
    const results = facade.stream(search, { signal: never });
    await results.next();
    sockets[0]!.dialler.out.stall();
    const rest = collect(results);
    await settle();
    cut(sockets[0]!.dialler);
    await clock.advance(10_000);
    expect(agent.events.at(-1)).toBe('down');
    await joined.join();
    await clock.advance(1_000);
    expect((await rest).items).toHaveLength(499);
  });

  it('the answer to a write that was executed while no socket was up is kept until one is back', async () => {
    const joined = await joinedPeers();
    const { agent, facade, sockets, clock } = joined;
    let finish: (uid: Uid) => void = () => undefined;
    agent.facade.onPerform = () => new Promise((resolve) => { finish = resolve; });
    const creating = facade.perform({ kind: 'create', objectClass: '__ACCOUNT__', attributes: [], options }, { signal: never });
    await settle();
    cut(sockets[0]!.dialler);
    finish(new Uid('7'));
    await clock.advance(10_000);
    await joined.join();
    await expect(creating).resolves.toMatchObject({ value: '7' });
    expect(agent.facade.performed).toHaveLength(1);
  });

  it('when the peer stays away: awaited requests fail, then reads are stopped, then the group is closed and writes are aborted', async () => {
    const joined = await joinedPeers(1, { agent: { limits: { resendTimeout: 60_000, groupExpiry: 300_000 } } });
    const { agent, controller, facade, sockets, clock } = joined;
    const signals: AbortSignal[] = [];
    agent.facade.onPerform = (_operation, { signal }) => {
      signals.push(signal);
      return new Promise((_, reject) => { signal.addEventListener('abort', () => reject(signal.reason as Error)); });
    };
    const creating = facade.perform({ kind: 'create', objectClass: '__ACCOUNT__', attributes: [], options }, { signal: never });
    const testing = facade.perform({ kind: 'test' }, { signal: never });
    creating.catch(() => undefined);
    testing.catch(() => undefined);
    await settle();
    cut(sockets[0]!.dialler);
    await clock.advance(15_000);
    await expect(creating).rejects.toMatchObject({ kind: 'connectionBroken' });
    await expect(testing).rejects.toMatchObject({ kind: 'connectionBroken' });
    // Nobody waits for a read any more; what becomes of a write is of interest still.
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
    await clock.advance(285_000);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    expect(agent.events.slice(-2)).toEqual(['down', 'closed: the peer stayed away']);
    expect(controller.events.slice(-2)).toEqual(['down', 'closed: the peer stayed away']);
    await clock.advance(120_000);
    expect(agent.peer.executing).toBe(0);
    expect(clock.sleeping).toBe(0);
  });

  it('a read that is lost with a half-open connection is sent again when the heartbeat has cut it; the rest goes on', async () => {
    const limits = { heartbeatInterval: 25_000 };
    const { agent, facade, sockets, clock } = await joinedPeers(2, { agent: { limits }, controller: { limits } });
    agent.facade.onPerform = (_operation, { signal }) => new Promise((_, reject) => { signal.addEventListener('abort', () => reject(signal.reason as Error)); });
    sockets[0]!.dialler.deaf = true;
    sockets[0]!.dialler.out.stall();
    sockets[0]!.listener.out.hold();
    const results: string[] = [];
    for (const name of ['one', 'two']) {
      facade.perform({ kind: 'test' }, { signal: never }).then(() => results.push(name), (error: unknown) => results.push(`${name}: ${(error as ConnectorError).kind}`));
      await settle();
    }
    expect(agent.facade.performed).toHaveLength(1);
    await clock.advance(75_000);
    expect(sockets[0]!.dialler.terminated || sockets[0]!.listener.terminated).toBe(true);
    await clock.advance(20_000);
    expect(results).toEqual([]);
    expect(agent.peer.executing).toBe(2);
    expect(agent.facade.performed.map(({ call }) => call.signal.aborted)).toEqual([false, false]);
  });

  it('rotation: a retired socket takes no new frames, loses none, and the search goes on', async () => {
    const joined = await joinedPeers();
    const { agent, facade, clock, sockets } = joined;
    agent.facade.onStream = () => agent.facade.accounts(2_000);
    const outcome = collect(facade.stream(search, { signal: never }));
    await settle();
    const old = sockets[0]!;
    const second = await joined.join();
    const [attached] = [second.dialler];
    expect(attached.group.socketCount).toBe(2);
    const retiring = agent.peer.groups[0]!;
    await joined.retireFirst();
    const sent = old.dialler.out.frames.length;
    expect((await outcome).items).toHaveLength(2_000);
    expect(old.dialler.out.frames).toHaveLength(sent);
    expect(old.dialler.closing).toEqual({ code: 1000, reason: 'socket rotation' });
    expect(retiring.socketCount).toBe(1);
    await clock.advance(1_000);
    expect(agent.events).not.toContain('down');
  });

  it('extensions are used between ours only: credits after the request, never before the handshake', async () => {
    const { agent, facade, sockets } = await joinedPeers();
    agent.facade.onStream = () => agent.facade.accounts(3);
    await collect(facade.stream(search, { signal: never }));
    const sent = kinds(sockets[0]!.listener.out.frames);
    expect(sent.indexOf('credit')).toBe(sent.indexOf('operationRequest') + 1);
    expect(sent[0]).toBe('handshakeResponse');
  });
});
