import { describe, expect, it } from 'vitest';
import { settle } from '../../../support/fake-clock.js';
import { account } from '../../../support/fake-facade.js';
import { collect, diallerToJava, joinedPeers, never } from '../../../support/peers.js';
import type { ConnectionGroup } from '../../../../protocol/session/contract.js';
import { ACCOUNT, Name, OperationOptions, Uid } from '../../../../protocol/model/index.js';

const on = { objectClass: ACCOUNT, options: OperationOptions.none };
const get = { kind: 'get', ...on, uid: new Uid('u1') } as const;
const create = { kind: 'create', ...on, attributes: [new Name('n')] } as const;
const call = { signal: never };

async function pair(sockets = 1) {
  const draining: ConnectionGroup[] = [];
  const peers = await joinedPeers(sockets, { controller: { onGroupDraining: (group) => { draining.push(group); } } });
  return { ...peers, draining };
}

describe('a peer that drains', () => {
  it('says so, once for all sockets, and goes on with what is under way', async () => {
    const { agent, group, draining, facade } = await pair(3);
    let finish = (): void => undefined;
    const held = new Promise<void>((resolve) => { finish = resolve; });
    agent.facade.onStream = async function* () {
      yield account(1);
      await held;
      yield account(2);
    };
    const search = collect(facade.stream({ kind: 'search', ...on, filter: undefined }, call));
    await settle();
    expect([group.isDraining, draining]).toEqual([false, []]);
    let isDrained = false;
    const drained = agent.peer.drain(never).then(() => { isDrained = true; });
    await settle();
    expect([group.isDraining, group.isOperational, draining, isDrained]).toEqual([true, true, [group], false]);
    finish();
    expect((await search).items).toHaveLength(2);
    await drained;
    expect(draining).toHaveLength(1);
  });

  it('refuses reads and writes; of a write it says that it was not begun', async () => {
    const { agent, facade } = await pair();
    await agent.peer.drain(never);
    await expect(facade.perform(get, call)).rejects.toMatchObject({ kind: 'retryable', outcome: undefined });
    await expect(facade.perform(create, call)).rejects.toMatchObject({ kind: 'retryable', outcome: 'notApplied', retryable: true });
    expect(agent.facade.performed).toEqual([]);
  });

  it('tells it again to a controller whose connection was lost meanwhile', async () => {
    const { agent, group, draining, sockets, join } = await pair();
    sockets[0]!.dialler.terminate();
    await settle();
    expect(group.isOperational).toBe(false);
    await agent.peer.drain(never);
    await join();
    expect([group.isDraining, draining.length]).toEqual([true, 1]);
  });

  it('does not tell a Java peer, which would not know the message', async () => {
    const { peer, java, group } = await diallerToJava();
    const before = java.frames.length;
    await peer.drain(never);
    await settle();
    expect([java.frames.length, group.isDraining]).toEqual([before, false]);
  });

  it('is not believed when it never offered to say so', async () => {
    const { java, group } = await diallerToJava();
    await java.send({ kind: 'draining', id: 0 });
    await settle();
    expect(group.isDraining).toBe(false);
  });
});
