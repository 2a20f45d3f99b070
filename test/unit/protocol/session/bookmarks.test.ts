import { describe, expect, it } from 'vitest';
import { encodeBookmark, encodeOperationRequest, facadeKeyOf } from '../../../../protocol/codec/index.js';
import { ConnectorError, OperationOptions, itemsOf, type CallContext, type Chunks, type ConnectorObject, type Operation } from '../../../../protocol/model/index.js';
import { Bookmarks } from '../../../../protocol/session/bookmarks.js';
import { BOOKMARK, OFFERED } from '../../../../protocol/session/features.js';
import { FIXED } from '../../../../protocol/session/limits.js';
import { KEY, account, configuration } from '../../../support/fake-facade.js';
import { settle } from '../../../support/fake-clock.js';
import { joinedPeers, never, testPeer } from '../../../support/peers.js';
import { ask, hex, relay, request, search as relayedSearch, withId } from '../../../support/relay.js';
import { RawPeer } from '../../../support/raw-peer.js';
import { cut, socketPair } from '../../../support/socket-pair.js';

const search = { kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options: OperationOptions.none } as const;

/** Pages of `size` accounts, a bookmark behind each. */
function pages(count: number, size: number, { onBookmark }: CallContext): AsyncGenerator<ConnectorObject, unknown, void> {
  async function* chunks(): Chunks<ConnectorObject, unknown> {
    for (let first = 1; first <= count; first += size) {
      yield Array.from({ length: Math.min(size, count - first + 1) }, (_, n) => account(first + n));
      onBookmark?.(`after ${Math.min(first + size - 1, count)}`);
    }
    return undefined;
  }
  return itemsOf(chunks());
}

/** Everything in the order in which the consumer learns of it. */
async function read(results: (onBookmark: (cookie: string) => void) => AsyncGenerator<ConnectorObject, unknown, void>, pause?: () => Promise<unknown>): Promise<string[]> {
  const seen: string[] = [];
  for await (const object of results((cookie) => seen.push(cookie))) {
    seen.push(object.uid.value);
    await pause?.();
  }
  return seen;
}

function expected(count: number, size: number): string[] {
  const seen: string[] = [];
  for (let n = 1; n <= count; n++) {
    seen.push(`u${n}`);
    if (n % size === 0 || n === count) seen.push(`after ${n}`);
  }
  return seen;
}

describe('bookmarks of a search', () => {
  it.each([[10, 3, 1], [10, 10, 1], [600, 100, 2], [1, 1, 3], [0, 5, 1]])('of %d results in pages of %d over %d sockets come exactly where they belong', async (count, size, sockets) => {
    const { agent, facade } = await joinedPeers(sockets);
    agent.facade.onStream = (_operation, call) => pages(count, size, call);
    expect(await read((onBookmark) => facade.stream(search, { signal: never, onBookmark }))).toEqual(expected(count, size));
  });

  it('come so for a slow reader, too', async () => {
    const { agent, facade } = await joinedPeers(1, { controller: { limits: { creditWindow: 7 } } });
    agent.facade.onStream = (_operation, call) => pages(40, 5, call);
    expect(await read((onBookmark) => facade.stream(search, { signal: never, onBookmark }), () => settle(2))).toEqual(expected(40, 5));
  });

  it('are not asked for, and not made, when nobody wants them', async () => {
    const { agent, facade } = await joinedPeers();
    agent.facade.onStream = (_operation, call) => pages(10, 3, call);
    for await (const object of facade.stream(search, { signal: never })) expect(object.uid.value).toMatch(/^u/);
    expect(agent.facade.performed[0]!.call.onBookmark).toBeUndefined();
  });

  it('one known before the results break off is known to the reader', async () => {
    const { agent, facade } = await joinedPeers();
    agent.facade.onStream = (_operation, { onBookmark }) => (async function* () {
      yield account(1);
      onBookmark?.('after 1');
      yield account(2);
      throw new ConnectorError('connectionBroken', 'target gone');
    })();
    const seen: string[] = [];
    const results = facade.stream(search, { signal: never, onBookmark: (cookie) => seen.push(cookie) });
    await expect((async () => { for await (const { uid } of results) seen.push(uid.value); })()).rejects.toThrow('target gone');
    expect(seen).toEqual(['u1', 'after 1', 'u2']);
  });

  it('one at a place that has not been reached is not told when the socket is lost', async () => {
    const { agent, facade, clock, sockets } = await joinedPeers();
    agent.facade.onStream = (_operation, call) => pages(100, 10, call);
    const seen: string[] = [];
    const results = facade.stream(search, { signal: never, onBookmark: (cookie) => seen.push(cookie) });
    for (let n = 0; n < 15; n++) await results.next();
    await settle();
    cut(sockets[0]!.dialler);
    await clock.advance(20_000);
    expect(seen).toEqual(['after 10']);
  });

  it('a late one is dropped, and there is an end to those that wait', () => {
    const told: string[] = [];
    const bookmarks = new Bookmarks((cookie) => told.push(cookie));
    for (let at = 5; at < 100_000; at++) bookmarks.note(at, `after ${at}`);
    for (let n = 0; n < 100; n++) {
      bookmarks.handOut(1);
      bookmarks.consumed();
    }
    expect(told).toEqual(Array.from({ length: FIXED.waitingBookmarks }, (_, n) => `after ${n + 5}`));
    bookmarks.note(99, 'late');
    bookmarks.note(100, 'now');
    expect(told.at(-1)).toBe('now');
  });

  it('one behind results that the consumer is still at waits for him, and none is told in the midst of results handed out together', () => {
    const told: string[] = [];
    const bookmarks = new Bookmarks((cookie) => told.push(cookie));
    bookmarks.note(5, 'after 5');
    expect(bookmarks.untilNext).toBe(5);
    bookmarks.handOut(5);
    bookmarks.note(3, 'late');
    expect(told).toEqual([]);
    bookmarks.consumed();
    expect(told).toEqual(['after 5']);
    bookmarks.handOut(3);
    bookmarks.note(8, 'after 8');
    expect(told).toEqual(['after 5']);
    bookmarks.consumed();
    expect(told).toEqual(['after 5', 'after 8']);
    expect(bookmarks.untilNext).toBe(Infinity);
  });

  it('are not asked of a peer that does not offer them', async () => {
    const { dialler, listener } = socketPair();
    const controller = testPeer('listener', { executor: undefined });
    const attaching = controller.peer.attach(listener, 'agent-1');
    const agent = new RawPeer(dialler);
    await agent.hello('AGENT', OFFERED.filter((feature) => feature !== BOOKMARK));
    const { group } = await attaching;
    const next = group.facade(KEY, facadeKeyOf(configuration())).stream(search, { signal: never, onBookmark: () => undefined }).next();
    next.catch(() => undefined);
    await settle();
    expect(agent.last('operationRequest').bookmarks).toBeUndefined();
  });
});

describe('bookmarks through a relay', () => {
  const wanted = (operation: Operation) => ({ operation, bookmarks: true });

  it('pass, to a requester that asked for them', async () => {
    const made = await relay({ requesterFeatures: OFFERED, targetFeatures: OFFERED });
    await made.requester.send(encodeOperationRequest({ id: 50, connectorKey: KEY, facadeKey: facadeKeyOf(configuration()), ...wanted(relayedSearch) }), { kind: 'credit', id: 50, credits: 100 });
    const asked = made.server.last('operationRequest');
    expect(asked.bookmarks).toBe(true);
    await made.server.send(encodeBookmark(asked.id, 0, 'cookie'));
    expect(hex(made.answers().slice(-1))).toEqual(hex([withId(50, encodeBookmark(1, 0, 'cookie'))]));
    expect(made.ended).toEqual([]);
  });

  it('do not pass to one that did not, whose end they would be', async () => {
    const made = await relay({ targetFeatures: OFFERED });
    const id = await ask(made, 50, relayedSearch);
    const before = made.answers().length;
    await made.server.send(encodeBookmark(id, 0, 'cookie'));
    expect(made.answers()).toHaveLength(before);
    expect(made.ended).toEqual([]);
  });

  it('a Java server is not asked for them', async () => {
    const made = await relay({ requesterFeatures: OFFERED });
    await made.requester.send(encodeOperationRequest({ id: 50, connectorKey: KEY, facadeKey: facadeKeyOf(configuration()), ...wanted(relayedSearch) }));
    const [asked] = made.asked().slice(-1);
    expect(hex([asked!])).toEqual(hex([withId(made.server.last('operationRequest').id, request(1, relayedSearch))]));
  });
});
