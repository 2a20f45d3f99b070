import { describe, expect, it } from 'vitest';
import { AgentPresence } from '../../../../controller/fleet/agent-presence.js';
import { FleetMembers } from '../../../../controller/fleet/fleet-members.js';
import { LeaseTaken } from '../../../../controller/fleet/bus.js';
import { claimKey, decodeClaim, decodeLease, encodeEntry, type AgentClaim } from '../../../../controller/fleet/presence-entry.js';
import { silentLog } from '../../../../controller/log.js';
import type { ConnectionGroup } from '../../../../protocol/session/contract.js';
import { FakeClock, settle } from '../../../support/fake-clock.js';
import { MemoryBucket } from './memory-bus.js';

const HEARTBEAT = 3_000;
const never = new AbortController().signal;

function members(node: string, incarnation: string, clock: FakeClock): { readonly members: FleetMembers; readonly told: string[] } {
  const told: string[] = [];
  return {
    told,
    members: new FleetMembers({
      node, incarnation, heartbeatInterval: HEARTBEAT, clock, log: silentLog,
      onArrived: (lease) => told.push(`+${lease.node}/${lease.incarnation}`), onGone: (lease, why) => told.push(`-${lease.node}/${lease.incarnation}: ${why}`),
    }),
  };
}

describe('leases of controllers', () => {
  it('are given up for dead within a heartbeat interval of the last beat, and not before two were missed', async () => {
    const [clock, bucket] = [new FakeClock(), new MemoryBucket()];
    const [a, b] = [members('a', 'a1', clock), members('b', 'b1', clock)];
    await b.members.join(bucket, never);
    await a.members.join(bucket, never);
    await bucket.watch((entry) => a.members.heard(entry));
    expect(a.told).toEqual(['+b/b1']);
    await clock.advance(HEARTBEAT / 3 * 2);
    a.members.review();
    expect(a.members.isAlive('b', 'b1')).toBe(true);
    await clock.advance(HEARTBEAT / 3 - 1);
    a.members.review();
    expect(a.members.isAlive('b', 'b1')).toBe(false);
    expect(a.told[1]).toMatch(/^-b\/b1: it has not been heard of/);
    await b.members.beat();
    expect(a.members.isAlive('b', 'b1')).toBe(true);
  });

  it('that are stale are taken over by a new process of that name, those of a living one are not', async () => {
    const [clock, bucket] = [new FakeClock(), new MemoryBucket()];
    const [dead, fresh, second] = [members('a', 'old', clock), members('a', 'new', clock), members('a', 'second', clock)];
    await dead.members.join(bucket, never);
    const joining = fresh.members.join(bucket, never);
    await clock.advance(HEARTBEAT);
    await joining;
    await expect(dead.members.beat()).rejects.toThrow(LeaseTaken);
    const refused = expect(second.members.join(bucket, never)).rejects.toThrow(/another controller is called a/);
    await settle();
    await fresh.members.beat();
    await clock.advance(HEARTBEAT);
    await refused;
    await fresh.members.beat();
  });

  it('tell of a controller that was started anew that the old one is gone', async () => {
    const [clock, bucket] = [new FakeClock(), new MemoryBucket()];
    const a = members('a', 'a1', clock);
    await bucket.watch((entry) => a.members.heard(entry));
    const lease = (incarnation: string): Uint8Array => encodeEntry({ node: 'b', incarnation, epoch: 0, heartbeatInterval: HEARTBEAT });
    await bucket.put('b', lease('b1'));
    await bucket.put('b', lease('b2'));
    await bucket.delete('b');
    expect(a.told).toEqual(['+b/b1', '-b/b1: it was started anew', '+b/b2', '-b/b2: it has stopped']);
  });

  it('that cannot be read are counted and change nothing', async () => {
    const { members: a, told } = members('a', 'a1', new FakeClock());
    for (const text of ['', '{', '{"node":"c","incarnation":"x","epoch":0,"heartbeatInterval":3000}', '{"node":"b"}', 'x'.repeat(9_000)]) {
      a.heard({ key: 'b', value: Buffer.from(text), revision: 1 });
    }
    expect(a.malformed).toBe(5);
    expect(told).toEqual([]);
  });
});

const agent = (session: string): ConnectionGroup => ({ principal: 'site1', peerSessionId: session, isOperational: true, isDraining: false }) as unknown as ConnectionGroup;

function presence(node: string, alive: (node: string) => boolean = () => true): AgentPresence {
  return new AgentPresence({ node, incarnation: `${node}1`, log: silentLog, isAlive: alive, onChange: () => undefined });
}

async function joined(node: string, bucket: MemoryBucket, alive?: (node: string) => boolean): Promise<AgentPresence> {
  const made = presence(node, alive);
  await bucket.watch((entry) => made.heard(entry));
  await made.join(bucket);
  return made;
}

describe('claims to agents', () => {
  it('of two controllers to one process of an agent: the newer one wins, also after the older one was written again', async () => {
    const bucket = new MemoryBucket();
    const [a, b, c] = [await joined('a', bucket), await joined('b', bucket), await joined('c', bucket)];
    const [atA, atB] = [agent('s'), agent('s')];
    a.joined(atA, undefined);
    await settle();
    b.joined(atB, undefined);
    await settle();
    const holders = (of: AgentPresence): readonly string[] => of.others.map(({ claim }) => claim.node);
    expect(a.isSuperseded(a.ownOf(atA)!)).toBe(true);
    expect(b.isSuperseded(b.ownOf(atB)!)).toBe(false);
    expect(holders(c)).toEqual(['b']);
    expect(holders(a)).toEqual(['b']);
    expect(holders(b)).toEqual([]);
    await a.refresh();                                   // the half-open connection's holder does not know
    expect(holders(c)).toEqual(['b']);
    b.closed(atB);
    await settle();
    expect(holders(c)).toEqual(['a']);
    expect(a.isSuperseded(a.ownOf(atA)!)).toBe(false);
  });

  it('to two processes of one agent stand side by side', async () => {
    const bucket = new MemoryBucket();
    const [a, b, c] = [await joined('a', bucket), await joined('b', bucket), await joined('c', bucket)];
    a.joined(agent('first'), 'berlin');
    b.joined(agent('second'), undefined);
    await settle();
    expect(c.others.map(({ claim: { node, certificateGroup } }) => [node, certificateGroup])).toEqual([['a', 'berlin'], ['b', undefined]]);
  });

  it('of a controller that is dead do not count, nor against others', async () => {
    const bucket = new MemoryBucket();
    let isBAlive = true;
    const [a, b] = [await joined('a', bucket, (node) => node !== 'b' || isBAlive), await joined('b', bucket)];
    const atA = agent('s');
    a.joined(atA, undefined);
    await settle();
    b.joined(agent('s'), undefined);
    await settle();
    isBAlive = false;
    expect(a.others).toEqual([]);
    expect(a.isSuperseded(a.ownOf(atA)!)).toBe(false);
  });

  it('that vanished while nobody looked are forgotten after all were told again', async () => {
    const bucket = new MemoryBucket();
    const [a, b] = [await joined('a', bucket), await joined('b', bucket)];
    b.joined(agent('s'), undefined);
    await settle();
    expect(a.others).toHaveLength(1);
    a.begin();
    a.prune();
    expect(a.others).toEqual([]);
  });

  it('cannot be written in the name of another controller', () => {
    const claim: AgentClaim = { node: 'a', incarnation: 'a1', agent: 'site1', session: 's', isUp: true, isDraining: false };
    const key = claimKey({ ...claim, node: 'b' });
    expect(() => decodeClaim(key, encodeEntry(claim))).toThrow(/another's/);
    expect(() => decodeLease('b', encodeEntry({ node: 'a', incarnation: 'x', epoch: 0, heartbeatInterval: 3_000 }))).toThrow(/names a/);
    expect(decodeClaim(claimKey(claim), encodeEntry(claim))).toEqual(claim);
  });
});
