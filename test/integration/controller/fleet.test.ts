import { afterEach, describe, expect, it } from 'vitest';
import { csvProvisioner } from '../../support/provisioners.js';
import { until } from '../../support/until.js';
import { HEARTBEAT_MS, makeFleetWorld, sees, writePeople, type FleetWorld } from './fleet-world.js';

/** Controllers that share NATS, as processes, with real agents. */

const MANY = 50_000;
const CSV = { connectors: { enabled: ['csv'] } };
const ALL = '/openidm/system/csv/account?_queryFilter=true';

let fleet: FleetWorld;
afterEach(() => fleet.stop());

async function world(people: number, host = 'site1'): Promise<string> {
  fleet = await makeFleetWorld();
  const file = await writePeople(fleet.world, 'people.csv', people);
  await fleet.world.provisioner('csv', csvProvisioner(file, host));
  return file;
}

/** c1 holds the agent, c2 knows of it. */
async function twoControllers() {
  await fleet.nats.start();
  const [c1, c2] = await Promise.all([fleet.controller('c1'), fleet.controller('c2')]);
  const agent = await fleet.agent('site1', [c1], CSV);
  await Promise.all([sees(c1, 'site1'), sees(c2, 'site1')]);
  await c2.systemReady('csv');
  return { c1, c2, agent };
}

describe('controllers of a fleet', () => {
  it('answer for an agent another one holds, and say so', async () => {
    await world(2_000);
    const { c1, c2 } = await twoControllers();
    const answer = await c2.rest.send(ALL);
    expect(answer.body['resultCount']).toBe(2_000);
    const { connectorRef } = await c2.rest.post('/openidm/system?_action=availableConnectors') as { connectorRef: readonly { readonly connectorHostRef: string }[] };
    expect(connectorRef.map(({ connectorHostRef }) => connectorHostRef)).toContain('site1');
    const created = await c2.rest.send('/openidm/system/csv/account?_action=create', { method: 'POST', body: { uid: 'new', email: 'new@example.com' } });
    expect(created.status).toBe(201);
    expect((await c1.rest.send(`/openidm/system/csv/account/${String(created.body['_id'])}`)).body['email']).toBe('new@example.com');
  });

  it('hold back an agent for a reader that is slow, in memory that does not grow with the result', async () => {
    await world(MANY);
    const { c1, c2, agent } = await twoControllers();
    await c2.rest.stream(ALL);                           // whatever is loaded and compiled on the way
    const processes = [c1.process, c2.process, agent.process];
    const before = processes.map((process) => process.rss());
    let stoppedAt = 0;
    const most = [0, 0, 0];
    const found = await c2.rest.stream(ALL, {
      onProgress: async (objects) => {
        if (objects === 0 || stoppedAt > 0) return;
        stoppedAt = objects;
        // As long as nothing is read, the agent's processor time stands still: it is held back.
        await until(async () => {
          const spent = agent.process.cpuSeconds();
          await new Promise((resolve) => { setTimeout(resolve, 500); });
          for (const [index, process] of processes.entries()) most[index] = Math.max(most[index] ?? 0, process.rss());
          return agent.process.cpuSeconds() - spent <= 0.05;
        }, 'the agent to be held back');
      },
    });
    expect(found).toMatchObject({ status: 200, objects: MANY, cut: undefined });
    const grown = most.map((bytes, index) => Math.round((bytes - (before[index] ?? 0)) / 1_024 ** 2));
    console.log(`stopped at ${stoppedAt} of ${MANY} objects; memory grew by ${grown.join(', ')} MiB (holder, asked, agent)`);
    expect(stoppedAt).toBeLessThan(MANY / 2);
    expect(Math.max(...grown)).toBeLessThan(24);
  }, 120_000);

  it('say within a heartbeat interval, so that it can be tried again, that the controller which holds the agent was killed', async () => {
    await world(MANY);
    const { c1, c2 } = await twoControllers(); // nobody waits for a third one: that would be session.resumeWait, 15 s
    let killedAt = 0;
    const found = await c2.rest.stream(ALL, {
      onProgress: async (objects) => {
        if (objects < 1_000 || killedAt > 0) return;
        killedAt = performance.now();
        await c1.kill();
      },
    });
    const took = performance.now() - killedAt;
    console.log(`told ${Math.round(took)} ms after the kill: ${JSON.stringify(found.end ?? found.cut)}`);
    expect(found.objects).toBeLessThan(MANY);
    expect(JSON.stringify(found.end ?? found.cut)).toMatch(/503|c1/);
    expect(took).toBeLessThan(HEARTBEAT_MS + 500);
    await sees(c2, 'site1', false);
    expect((await c2.rest.send('/openidm/system/csv/account/user000001')).status).toBe(503);
  }, 120_000);

  it('go on with a search where the agent is connected besides, nothing lost and nothing doubled', async () => {
    await world(MANY);
    await fleet.nats.start();
    const [c1, c2, c3] = await Promise.all([fleet.controller('c1'), fleet.controller('c2'), fleet.controller('c3')]);
    await fleet.agent('site1', [c1, c3], CSV);
    await Promise.all([sees(c1, 'site1'), sees(c2, 'site1'), sees(c3, 'site1')]);
    await c2.systemReady('csv');
    let isKilled = false;
    const found = await c2.rest.stream(ALL, {
      onProgress: async (objects) => {
        if (objects < 1_000 || isKilled) return;
        isKilled = true;
        await c1.kill();
      },
    });
    expect(found).toMatchObject({ status: 200, objects: MANY, cut: undefined });
    expect((await c2.rest.send('/openidm/system/csv/account/user000001')).status).toBe(200);
    await c1.restart();
    await sees(c1, 'site1');
    expect((await c1.rest.send('/openidm/system/csv/account/user000001')).status).toBe(200);
  }, 120_000);

  it('carry a write out once, or say what became of it, when the holder is killed', async () => {
    await world(10);
    await fleet.nats.start();
    const [c1, c2, c3] = await Promise.all([fleet.controller('c1'), fleet.controller('c2'), fleet.controller('c3')]);
    await fleet.agent('site1', [c1, c3], CSV);
    await Promise.all([sees(c1, 'site1'), sees(c2, 'site1'), sees(c3, 'site1')]);
    await c2.systemReady('csv');
    const told = new Map<string, number>();
    let next = 0;
    const write = async (): Promise<void> => {
      while (next < 400) {
        const uid = `w${next++}`;
        if (next === 150) void c1.kill();
        told.set(uid, (await c2.rest.send('/openidm/system/csv/account?_action=create', { method: 'POST', body: { uid } })).status);
      }
    };
    await Promise.all(Array.from({ length: 8 }, write));
    const { result } = await c2.rest.ok('/openidm/system/csv/account?_queryFilter=true&_fields=uid') as { result: readonly { readonly uid: string }[] };
    const there = result.map(({ uid }) => uid).filter((uid) => uid.startsWith('w'));
    console.log(`writes: ${[...new Set(told.values())].map((status) => `${[...told.values()].filter((each) => each === status).length} × ${status}`).join(', ')}`);
    expect(new Set(there).size).toBe(there.length);
    const isThere = new Set(there);
    // 201: it is there. 412 would be a create that was sent again after it had been carried out.
    expect([...told].filter(([uid, status]) => (status === 201) !== isThere.has(uid))).toEqual([]);
    expect([...told.values()].filter((status) => status === 412)).toEqual([]);
  }, 120_000);

  it('come back by themselves when NATS is killed and started under way', async () => {
    await world(MANY);
    const { c2 } = await twoControllers();
    let isRestarted = false;
    const found = await c2.rest.stream(ALL, {
      onProgress: async (objects) => {
        if (objects < 1_000 || isRestarted) return;
        isRestarted = true;
        await fleet.nats.stop();
        await fleet.nats.start();
      },
    });
    console.log(`NATS restarted under way: ${found.objects} objects, ${JSON.stringify(found.end ?? found.cut)}`);
    // Whole, or an error: never a part that looks like the whole.
    if (found.objects !== MANY) expect(JSON.stringify(found.end ?? found.cut)).toMatch(/503/);
    expect(found.objects).toBeLessThanOrEqual(MANY);
    await sees(c2, 'site1');
    expect((await c2.rest.stream(ALL)).objects).toBe(MANY);
  }, 120_000);

  it('serve their own agents without NATS, and each other when it is there', async () => {
    await world(100);
    const [c1, c2] = await Promise.all([fleet.controller('c1'), fleet.controller('c2')]);
    await fleet.agent('site1', [c1], CSV);
    await c1.systemReady('csv');
    expect((await c2.rest.send(ALL)).status).toBe(503);
    await fleet.nats.start();
    await c2.systemReady('csv');
    expect((await c2.rest.send(ALL)).body['resultCount']).toBe(100);
    await c1.stop();
    await sees(c2, 'site1', false, HEARTBEAT_MS + 1_000);
  });

  it('reach a group through whichever controller its members are connected to', async () => {
    await world(100, 'berlin');
    await fleet.nats.start();
    const [c1, c2, c3] = await Promise.all([fleet.controller('c1'), fleet.controller('c2'), fleet.controller('c3')]);
    const keys = await Promise.all(['site1', 'site2'].map((name) => fleet.world.agentKeys(name, { group: 'berlin' })));
    const first = await fleet.agent('site1', [c1], CSV, keys[0]);
    await fleet.agent('site2', [c3], CSV, keys[1]);
    await Promise.all([sees(c2, 'site1'), sees(c2, 'site2'), sees(c2, 'berlin')]);
    await c2.systemReady('csv');
    expect((await c2.rest.send(ALL)).body['resultCount']).toBe(100);
    await first.kill();
    await until(async () => (await c2.rest.send('/openidm/system/csv/account/user000001')).status === 200, 'the other member to answer', HEARTBEAT_MS + 1_000);
    await sees(c2, 'site1', false, 30_000);
    expect((await c2.rest.send(ALL)).body['resultCount']).toBe(100);
  }, 60_000);
});
