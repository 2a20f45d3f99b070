import { describe, expect, it } from 'vitest';
import { encodeStreamEnd, encodeStreamItem, facadeKeyOf } from '../../../../protocol/codec/index.js';
import { decodeFrame } from '../../../../protocol/frame.js';
import { LAST_PAGE, OperationOptions, type StreamOperation } from '../../../../protocol/model/index.js';
import { CREDITS } from '../../../../protocol/session/credits.js';
import { COMPLETE } from '../../../../protocol/session/features.js';
import { settle } from '../../../support/fake-clock.js';
import { KEY, account, configuration } from '../../../support/fake-facade.js';
import { collect, joinedPeers, never, testPeer } from '../../../support/peers.js';
import { RawPeer } from '../../../support/raw-peer.js';
import { socketPair } from '../../../support/socket-pair.js';

const options = OperationOptions.none;
const search: StreamOperation = { kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options };
const sync: StreamOperation = { kind: 'sync', objectClass: '__ACCOUNT__', token: { value: 1 }, options };

/** A controller of ours, and an agent by hand that offers these features. */
async function controllerOf(features: readonly string[]) {
  const { dialler, listener } = socketPair();
  const controller = testPeer('listener', { executor: undefined });
  const attaching = controller.peer.attach(listener, 'agent-1');
  const agent = new RawPeer(dialler);
  await agent.send({ kind: 'handshakeRequest', id: 0, sessionId: 'AGENT', serverType: 'JAVA', features });
  const { group } = await attaching;
  await agent.answerControl();
  return { agent, facade: group.facade(KEY, facadeKeyOf(configuration())) };
}

describe('the end of a search or sync between our ends', () => {
  it.each([['search', search, LAST_PAGE], ['sync', sync, { value: 5 }]] as const)('says that a %s is complete', async (_kind, operation, end) => {
    const { agent, facade, sockets } = await joinedPeers();
    agent.facade.onStream = () => (operation.kind === 'search' ? agent.facade.accounts(3, 0, end) : agent.facade.accounts(0, 0, end));
    expect(await collect(facade.stream(operation, { signal: never }))).toMatchObject({ end });
    const responses = sockets[0]!.dialler.out.frames.map((frame) => decodeFrame(frame)).flatMap((message) => (message.kind === 'operationResponse' ? [message.response.fields] : []));
    expect(responses.map(({ searchOpResponse, syncOpResponse }) => (searchOpResponse ?? syncOpResponse?.sync)?.complete ?? false).filter(Boolean)).toHaveLength(1);
  });

  it.each([['search', search], ['sync', sync]] as const)('without that word is an error of the %s, after the results before it', async (kind, operation) => {
    const { agent, facade } = await controllerOf([CREDITS, COMPLETE]);
    const results = facade.stream(operation, { signal: never });
    const first = results.next();
    first.catch(() => undefined);
    await settle();
    const { id } = agent.of('operationRequest').at(-1)!;
    if (kind === 'search') await agent.send(encodeStreamItem(id, 'search', account(1), 1));
    const [cutShort] = kind === 'search' ? encodeStreamEnd(id, 'search', undefined, 1) : encodeStreamEnd(id, 'sync', { value: 9 }, 0);
    await agent.send(cutShort!);
    if (kind === 'search') expect(await first).toMatchObject({ done: false, value: { uid: { value: 'u1' } } });
    await expect(kind === 'search' ? results.next() : first).rejects.toMatchObject({ kind: 'connectorIo', message: expect.stringContaining('incomplete') as string });
  });

  it('is not asked of a peer that does not know it', async () => {
    const { agent, facade } = await controllerOf([CREDITS]);
    const outcome = collect(facade.stream(search, { signal: never }));
    await settle();
    const { id } = agent.of('operationRequest').at(-1)!;
    for (const frame of [encodeStreamItem(id, 'search', account(1), 1), ...encodeStreamEnd(id, 'search', LAST_PAGE, 1)]) await agent.send(frame);
    expect((await outcome).items).toHaveLength(1);
  });

  it('of a cancelled search never says so', async () => {
    const { agent, facade, sockets } = await joinedPeers();
    agent.facade.onStream = () => agent.facade.accounts(100_000);
    const results = facade.stream(search, { signal: never });
    await results.next();
    await results.return(undefined);
    await settle();
    const ends = sockets[0]!.dialler.out.frames.map((frame) => decodeFrame(frame))
      .flatMap((message) => (message.kind === 'operationResponse' && message.response.fields.searchOpResponse ? [message.response.fields.searchOpResponse] : []))
      .filter(({ connectorObject, results: many }) => !connectorObject && (many ?? []).length === 0);
    expect(ends.map(({ complete }) => complete ?? false)).toEqual([false]);
  });
});
