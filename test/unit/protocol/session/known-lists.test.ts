import { describe, expect, it } from 'vitest';
import { encodeConnectorInfos } from '../../../../protocol/codec/index.js';
import { decodeFrame } from '../../../../protocol/frame.js';
import type { ControlResponse } from '../../../../protocol/message.js';
import type { ConnectorInfo } from '../../../../protocol/model/index.js';
import { CONNECTORS_CHANGED, KNOWN_LISTS } from '../../../../protocol/session/features.js';
import { KnownLists } from '../../../../protocol/session/known-lists.js';
import { KEY, info } from '../../../support/fake-facade.js';
import { settle } from '../../../support/fake-clock.js';
import { testPeer } from '../../../support/peers.js';
import { RawPeer } from '../../../support/raw-peer.js';
import { socketPair } from '../../../support/socket-pair.js';

describe('lists of connectors', () => {
  it('of agents that publish the same are one object at the controller', async () => {
    const told: (readonly ConnectorInfo[])[] = [];
    const controller = testPeer('listener', { executor: undefined, onConnectorInfos: (_group, infos) => { told.push(infos); } });
    for (const name of ['one', 'two']) {
      const agent = testPeer('dialler', {}, controller.clock);
      agent.facade.infos = [info(KEY)];
      const { dialler, listener } = socketPair();
      await Promise.all([controller.peer.attach(listener, name), agent.peer.attach(dialler, 'controller')]);
      await settle();
    }
    expect(told).toHaveLength(2);
    expect(told[0]?.length).toBeGreaterThan(0);
    expect(told[1]).toBe(told[0]);
  });

  it('that differ in one byte are not taken for each other, and one that cannot be decoded is not kept', () => {
    const lists = new KnownLists();
    const one = lists.of(Buffer.from('a'), () => []);
    expect(lists.of(Buffer.from('b'), () => [])).not.toBe(one);
    expect(lists.of(Buffer.from('a'), () => { throw new Error('decoded again'); })).toBe(one);
    expect(() => lists.of(Buffer.from('c'), () => { throw new Error('broken'); })).toThrow('broken');
    const after: readonly ConnectorInfo[] = [];
    expect(lists.of(Buffer.from('c'), () => after)).toBe(after);
  });

  it('beyond the number of those remembered are decoded each time', () => {
    const lists = new KnownLists();
    const kept = Array.from({ length: 200 }, (_, number) => lists.of(Buffer.from(`list ${number}`), () => []));
    let decoded = 0;
    for (const number of kept.keys()) lists.of(Buffer.from(`list ${number}`), () => { decoded++; return []; });
    expect(decoded).toBe(200 - 64);
  });

  it('are encoded once for each list of our own', () => {
    const lists = new KnownLists();
    const own: readonly ConnectorInfo[] = [];
    let encoded = 0;
    const encode = (): Uint8Array => Buffer.from(String(++encoded));
    expect(lists.encoded(own, encode)).toBe(lists.encoded(own, encode));
    lists.encoded([], encode);
    expect(encoded).toBe(2);
  });
});

/** Agents that publish `lists`, one after the other, at one controller; what the controller heard of each, and of which message. */
async function agentsOf(...lists: readonly (readonly ConnectorInfo[])[]) {
  const told: (readonly ConnectorInfo[])[] = [];
  const controller = testPeer('listener', { executor: undefined, onConnectorInfos: (_group, infos) => { told.push(infos); } });
  const answers: ControlResponse[] = [];
  for (const [number, infos] of lists.entries()) {
    const agent = testPeer('dialler', {}, controller.clock);
    agent.facade.infos = [...infos];
    const { dialler, listener } = socketPair();
    await Promise.all([controller.peer.attach(listener, `agent ${number}`), agent.peer.attach(dialler, 'controller')]);
    await settle();
    answers.push(...dialler.out.frames.map((frame) => decodeFrame(frame)).filter((message): message is ControlResponse => message.kind === 'controlResponse' && (message.connectorInfos ?? message.knownList) !== undefined));
  }
  return { told, answers };
}

/** An agent that is played by hand, at a controller that knows the list of another. */
async function handPlayed(features: readonly string[]) {
  const told: (readonly ConnectorInfo[])[] = [];
  const controller = testPeer('listener', { executor: undefined, onConnectorInfos: (_group, infos) => { told.push(infos); } });
  const join = async (name: string): Promise<RawPeer> => {
    const { dialler, listener } = socketPair();
    const raw = new RawPeer(dialler);
    const attaching = controller.peer.attach(listener, name);
    await raw.hello(name, features);
    await attaching;
    await settle();
    return raw;
  };
  const first = await join('first');
  await first.send({ kind: 'controlResponse', id: first.last('controlRequest').id, connectorInfos: encodeConnectorInfos([info(KEY)]) });
  const second = await join('second');
  return { told, first, second, clock: controller.clock };
}

describe('a list the asking end has', () => {
  const other = info({ ...KEY, bundleVersion: '9.9' });

  it('is answered by its name, and is the same object', async () => {
    const { told, answers } = await agentsOf([info(KEY)], [info(KEY)]);
    expect(answers.map(({ connectorInfos, knownList }) => [connectorInfos !== undefined, knownList?.length])).toEqual([[true, undefined], [false, 32]]);
    expect(told[0]?.length).toBe(1);
    expect(told[1]).toBe(told[0]);
  });

  it('is not taken for another one: that one travels', async () => {
    const { told, answers } = await agentsOf([info(KEY)], [other], [info(KEY)]);
    expect(answers.map(({ connectorInfos }) => connectorInfos !== undefined)).toEqual([true, true, false]);
    expect(told[1]?.[0]?.key.bundleVersion).toBe('9.9');
    expect(told[2]).toBe(told[0]);
  });

  it('that was not named in the request is no answer: the controller asks again', async () => {
    const { told, second, clock } = await handPlayed([CONNECTORS_CHANGED, KNOWN_LISTS]);
    const asked = second.last('controlRequest');
    expect(asked.knownLists).toHaveLength(1);
    await second.send({ kind: 'controlResponse', id: asked.id, connectorInfos: undefined, knownList: Buffer.alloc(32, 1) });
    expect(told).toHaveLength(1);
    await clock.advance(500);
    const again = second.last('controlRequest');
    expect(again.id).not.toBe(asked.id);
    await second.send({ kind: 'controlResponse', id: again.id, connectorInfos: undefined, knownList: again.knownLists?.[0] });
    expect(told).toHaveLength(2);
    expect(told[1]).toBe(told[0]);
  });

  it('is not named to a peer that has not offered it', async () => {
    const { second } = await handPlayed([CONNECTORS_CHANGED]);
    expect(second.of('controlRequest').every(({ knownLists }) => knownLists === undefined)).toBe(true);
  });

  it('is one of the last eight that came, while somebody uses it', () => {
    const lists = new KnownLists();
    const kept = Array.from({ length: 20 }, (_, number) => lists.of(Buffer.from(`list ${number}`), () => []));
    lists.of(Buffer.from('list 3'), () => []);
    expect([...lists.recent().values()].map((list) => kept.indexOf(list))).toEqual([3, 19, 18, 17, 16, 15, 14, 13]);
  });
});
