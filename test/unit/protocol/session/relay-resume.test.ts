import { describe, expect, it, onTestFinished } from 'vitest';
import { encodeBatchPart, encodeError, encodeResultsBatch, encodeSingleResult, encodeStreamEnd, encodeStreamItem, facadeKeyOf } from '../../../../protocol/codec/index.js';
import { ConnectorError, LAST_PAGE } from '../../../../protocol/model/index.js';
import { responseOutline } from '../../../../protocol/frame-outline.js';
import { OFFERED } from '../../../../protocol/session/features.js';
import type { SessionGroup } from '../../../../protocol/session/group.js';
import { FIXED } from '../../../../protocol/session/limits.js';
import type { ConnectionGroup } from '../../../../protocol/session/contract.js';
import { KEY, account, configuration } from '../../../support/fake-facade.js';
import { FakeClock, settle } from '../../../support/fake-clock.js';
import { collect, never, testPeer, type PeerUnderTest } from '../../../support/peers.js';
import { ask, hex, options, relay, request, search, withId, type RelayUnderTest } from '../../../support/relay.js';
import { cut, socketPair, type PairSocket } from '../../../support/socket-pair.js';

const batch = (id: number, first: number, count: number): Uint8Array => encodeResultsBatch(id, 'search', first, Array.from({ length: count }, (_, n) => encodeBatchPart('search', account(first + n))));
const end = (id: number, count: number, complete = false): Uint8Array => encodeStreamEnd(id, 'search', LAST_PAGE, count, complete)[0]!;
const singles = (id: number, count: number): Uint8Array[] => Array.from({ length: count }, (_, n) => encodeStreamItem(id, 'search', account(n + 1), n + 1));
const answersOf = ({ requesterGroup }: RelayUnderTest) => (requesterGroup as unknown as SessionGroup).answers;
const asksAgain = ({ servers }: RelayUnderTest) => servers.flatMap((server) => server.of('credit')).filter(({ resend }) => resend === true);

describe('results in batches through a relay', () => {
  it('reach a Java requester one by one, as any server would have sent them', async () => {
    const made = await relay({ targetFeatures: OFFERED });
    const id = await ask(made, 50, search);
    await made.server.send(batch(id, 1, 3), batch(id, 4, 2), end(id, 5, true));
    const sent = made.answers();
    expect(hex(sent.slice(0, 5))).toEqual(hex(singles(50, 5)));
    expect(sent).toHaveLength(6);
    expect(made.ended).toMatchObject([{ outcome: 'ok', count: 5 }]);
  });

  it('reach one of ours as they came', async () => {
    const made = await relay({ requesterFeatures: OFFERED, targetFeatures: OFFERED });
    const id = await ask(made, 50, search);
    await made.requester.send({ kind: 'credit', id: 50, credits: 100 });
    await made.server.send(batch(id, 1, 3), batch(id, 4, 2), end(id, 5, true));
    expect(hex(made.answers())).toEqual(hex([batch(50, 1, 3), batch(50, 4, 2), end(50, 5, true)]));
    expect(made.ended).toMatchObject([{ outcome: 'ok', count: 5 }]);
  });

  it('are not made of a Java server\'s, and repeats and disorder are no harm', async () => {
    const made = await relay({ requesterFeatures: OFFERED });
    await made.requester.send(request(50, search), { kind: 'credit', id: 50, credits: 100 });
    const { id } = made.server.last('operationRequest');
    const [one, two, three] = singles(id, 3);
    await made.server.send(two!, one!, two!, three!, end(id, 3));
    expect(hex(made.answers().slice(0, 3))).toEqual(hex([withId(50, two!), withId(50, one!), withId(50, three!)]));
    expect(made.ended).toMatchObject([{ outcome: 'ok', count: 3 }]);
  });

  it('count as what they are for the window towards the server', async () => {
    const made = await relay({ targetFeatures: OFFERED, limits: { creditWindow: 20 } });
    const id = await ask(made, 50, search);
    const granted = () => Math.max(...made.server.of('credit').map(({ credits }) => credits));
    expect(granted()).toBe(8);
    await made.server.send(batch(id, 1, 8));
    expect(granted()).toBeGreaterThanOrEqual(16);
    await made.server.send(batch(id, 9, 8));
    expect(granted()).toBeGreaterThanOrEqual(24);
  });
});

describe('what a relay lost with a socket', () => {
  it('it asks its server for, from the first result that is missing', async () => {
    const made = await relay({ targetFeatures: OFFERED, targetSockets: 2 });
    const id = await ask(made, 50, search);
    const [one, two] = made.servers;
    await one!.send(batch(id, 1, 3), batch(id, 6, 1));
    cut(made.towardsServer[0]!);
    await settle();
    expect(asksAgain(made)).toMatchObject([{ id, received: 3 }]);
    await two!.send(batch(id, 4, 2), batch(id, 6, 1), end(id, 6, true));
    expect(made.ended).toMatchObject([{ outcome: 'ok', count: 6 }]);
    await made.clock.advance(FIXED.settledDelay);
    expect(two!.last('credit').settled).toEqual([id]);
  });

  it('also when no socket was lost, soon and then again', async () => {
    const made = await relay({ targetFeatures: OFFERED });
    const id = await ask(made, 50, search);
    await made.server.send(batch(id, 2, 3));
    await made.clock.advance(FIXED.missingAsked - 1);
    expect(asksAgain(made)).toHaveLength(0);
    await made.clock.advance(2 * FIXED.missingAsked);
    expect(asksAgain(made).length).toBeGreaterThanOrEqual(2);
    await made.server.send(batch(id, 1, 1), end(id, 4, true));
    expect(made.ended).toMatchObject([{ outcome: 'ok', count: 4 }]);
  });

  it('it does not ask a Java server for', async () => {
    const made = await relay({ targetSockets: 2, requesterFeatures: OFFERED });
    await made.requester.send(request(50, search), { kind: 'credit', id: 50, credits: 100 });
    const { id } = made.servers.flatMap((server) => server.of('operationRequest')).at(-1)!;
    await made.servers[1]!.send(encodeStreamItem(id, 'search', account(2), 2));
    cut(made.towardsServer[0]!);
    await made.clock.advance(10_000);
    for (const server of made.servers) expect(server.of('credit')).toEqual([]);
  });

  it('it gives its requester again, until that has it', async () => {
    const made = await relay({ requesterFeatures: OFFERED, targetFeatures: OFFERED, requesterSockets: 2 });
    await made.requester.send(request(50, search), { kind: 'credit', id: 50, credits: 100 });
    const { id } = made.server.last('operationRequest');
    await made.server.send(batch(id, 1, 3), batch(id, 4, 3), end(id, 6, true));
    expect(made.ended).toHaveLength(1);
    const before = made.answers().length;
    await made.requesters[1]!.send({ kind: 'credit', id: 50, credits: 100, received: 3, resend: true });
    expect(hex(made.answers().slice(before))).toEqual(hex([batch(50, 4, 3), end(50, 6, true)]));
    await made.requester.send({ kind: 'credit', id: 0, credits: 0, settled: [50] }, { kind: 'credit', id: 50, credits: 100, resend: true });
    expect(made.requester.of('answerUnknown')).toMatchObject([{ id: 50 }]);
    expect(answersOf(made)).toMatchObject({ size: 0, bytes: 0 });
  });

  it.each<[string, (id: number) => Uint8Array]>([
    ['answer', (id) => encodeSingleResult(id, 'test', undefined)],
    ['error', (id) => encodeError(id, new ConnectorError('unknownUid', 'gone'))],
  ])('so also an %s', async (_what, answer) => {
    const made = await relay({ requesterFeatures: OFFERED });
    await made.requester.send(request(51, { kind: 'test' }));
    await made.server.send(answer(made.server.last('operationRequest').id));
    const before = made.answers().length;
    await made.requester.send({ kind: 'credit', id: 51, credits: 0, resend: true });
    expect(hex(made.answers().slice(before))).toEqual(hex([answer(51)]));
  });

  it('keeps little for a requester that takes everything and acknowledges nothing', async () => {
    const made = await relay({ requesterFeatures: OFFERED, maxBufferedBytes: 3_000_000 });
    await made.requester.send(request(50, search), { kind: 'credit', id: 50, credits: 2 ** 31 - 1 });
    const { id } = made.server.last('operationRequest');
    let n = 0;
    while (made.ended.length === 0 && n < 10_000) await made.server.socket.send(encodeStreamItem(id, 'search', account(++n, 2_000), n)).then(() => (n % 100 === 0 ? settle() : undefined));
    expect(n).toBeLessThan(2_500);
    expect(made.ended).toMatchObject([{ outcome: 'failed', error: { message: expect.stringContaining('faster than they are read') as string } }]);
    expect(answersOf(made).bytes).toBeLessThan(1_200_000);
  });

  it('passes on what is missing although there is no room for more: a Java server sends in no order', async () => {
    const made = await relay({ requesterFeatures: OFFERED });
    await made.requester.send(request(50, search), { kind: 'credit', id: 50, credits: 100_000 });
    const { id } = made.server.last('operationRequest');
    const numbers = [1_900, ...Array.from({ length: 2_000 }, (_, n) => n + 1).filter((n) => n !== 1 && n !== 1_900), 1];
    for (const n of numbers) await made.server.socket.send(encodeStreamItem(id, 'search', account(n, 1_000), n));
    await made.server.send(end(id, 2_000));
    const got = new Set<number>();
    const contiguous = (): number => {
      for (const frame of made.answers()) {
        const outline = responseOutline(frame);
        if (outline?.hasItem === true) got.add(outline.sequence);
      }
      let last = 0;
      while (got.has(last + 1)) last++;
      return last;
    };
    expect(contiguous()).toBeGreaterThan(500);
    for (let round = 0; round < 10 && made.ended.length === 0; round++) await made.requester.send({ kind: 'credit', id: 50, credits: 100_000, received: contiguous() });
    expect(contiguous()).toBe(2_000);
    expect(made.ended).toMatchObject([{ outcome: 'ok', count: 2_000 }]);
  });

  it('sends what is held for want of acknowledgements when they come', async () => {
    const made = await relay({ requesterFeatures: OFFERED });
    await made.requester.send(request(50, search), { kind: 'credit', id: 50, credits: 100_000 });
    const { id } = made.server.last('operationRequest');
    for (let n = 1; n <= 2_000; n++) await made.server.socket.send(encodeStreamItem(id, 'search', account(n, 1_000), n));
    await made.server.send(end(id, 2_000));
    const came = () => made.answers().length;
    expect(came()).toBeLessThan(1_200);
    for (let round = 0; round < 5 && made.ended.length === 0; round++) await made.requester.send({ kind: 'credit', id: 50, credits: 100_000, received: came() });
    expect(came()).toBe(2_001);
    expect(made.ended).toMatchObject([{ outcome: 'ok', count: 2_000 }]);
  });
});

interface Hop { readonly pairs: { dialler: PairSocket; listener: PairSocket }[]; join(): Promise<ConnectionGroup> }

/** `from` dials `to`; the group is what `to` sees. */
function hop(from: PeerUnderTest, to: PeerUnderTest, name: string): Hop {
  const pairs: Hop['pairs'] = [];
  return {
    pairs,
    join: async () => {
      const pair = socketPair();
      pairs.push(pair);
      const [attached] = await Promise.all([to.peer.attach(pair.listener, name), from.peer.attach(pair.dialler, `${name} again`)]);
      await settle();
      return attached.group;
    },
  };
}

describe('two hops between ours', () => {
  it('sockets of both are lost with results in flight: each arrives once, in order, of one search', async () => {
    const clock = new FakeClock();
    const [server, towards, relaying, controller] = [testPeer('dialler', {}, clock), testPeer('listener', { executor: undefined }, clock), { target: undefined as ConnectionGroup | undefined }, testPeer('listener', { executor: undefined }, clock)];
    const down = hop(server, towards, 'server');
    relaying.target = await down.join();
    const agent = testPeer('dialler', {
      executor: {
        connectorInfos: async () => [], facadeFor: async () => { throw new ConnectorError('connector', 'none here'); },
        relayFor: async () => ({ server: 'server', maxBufferedBytes: 10_000_000, gatherTime: 0, target: () => relaying.target!, ended: () => undefined }),
      },
    }, clock);
    const up = hop(agent, controller, 'agent');
    const group = await up.join();
    onTestFinished(async () => { await Promise.all([...[server, towards, agent, controller].map(({ peer }) => peer.close('over')), clock.advance(10_000)]); });
    server.facade.onStream = () => server.facade.accounts(3_000, 0, LAST_PAGE);
    const outcome = collect(group.facade(KEY, facadeKeyOf(configuration())).stream({ kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options }, { signal: never }));
    outcome.catch(() => undefined);
    for (let round = 0; round < 6; round++) {
      await settle(3);
      const { pairs, join } = round % 2 === 0 ? up : down;
      const pair = pairs.at(-1)!;
      pair.dialler.out.hold();
      if (round > 2) pair.listener.out.hold();
      await clock.advance(300);
      cut(pair.dialler);
      await clock.advance(1_000);
      await join();
    }
    await clock.advance(10_000);
    const { items, end: last } = await outcome;
    expect(items.map(({ uid }) => uid.value)).toEqual(Array.from({ length: 3_000 }, (_, n) => `u${n + 1}`));
    expect(last).toEqual(LAST_PAGE);
    expect(server.facade.performed).toHaveLength(1);
    expect((agent.peer.groups[0] as SessionGroup).answers.size).toBe(0);
    expect((server.peer.groups[0] as SessionGroup).answers.size).toBe(0);
  });
});
