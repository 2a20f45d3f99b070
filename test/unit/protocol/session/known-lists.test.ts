import { describe, expect, it } from 'vitest';
import type { ConnectorInfo } from '../../../../protocol/model/index.js';
import { KnownLists } from '../../../../protocol/session/known-lists.js';
import { KEY, info } from '../../../support/fake-facade.js';
import { settle } from '../../../support/fake-clock.js';
import { testPeer } from '../../../support/peers.js';
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
    expect(lists.bytesOf(own, encode)).toBe(lists.bytesOf(own, encode));
    lists.bytesOf([], encode);
    expect(encoded).toBe(2);
  });
});
