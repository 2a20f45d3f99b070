import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startController, type Controller } from '../support/causeway-processes.js';
import { makeWorld, type World } from '../support/causeway-world.js';
import { freePorts } from '../support/free-ports.js';
import type { ManagedProcess } from '../support/managed-process.js';
import { csvProvisioner } from '../support/provisioners.js';
import { until } from '../support/until.js';
import { NotifyListener, startNotified } from './notified-process.js';

/** Short, so that several signs of life come within a test. Microseconds. */
const WATCHDOG = 400_000;
const BLOCKED_SECONDS = 2;
/** Whatever a defect in a connector may do: the process lives, its event loop does not turn. */
const BLOCKING = `data:text/javascript,${encodeURIComponent(`process.on("SIGUSR2",()=>{Atomics.wait(new Int32Array(new SharedArrayBuffer(4)),0,0,${BLOCKED_SECONDS * 1000})})`)}`;

let world: World;
let controller: Controller;
let listener: NotifyListener;
let agent: ManagedProcess;
const signsOfLife = (): number => listener.having('WATCHDOG=1').length;

beforeAll(async () => {
  world = await makeWorld();
  const csvFile = world.path('people.csv');
  await writeFile(csvFile, 'uid,firstName,lastName,email,badge,password\nada,Ada,Lovelace,ada@example.com,1,\n');
  await world.provisioner('csv', csvProvisioner(csvFile, 'site1'));
  controller = await startController(world);
  await writeFile(world.path('agent.yaml'), JSON.stringify({
    agent: { name: 'site1', stateDirectory: world.path('state'), shutdownGrace: '5s' }, tls: await world.agentKeys('site1'),
    controllers: [{ url: controller.gatewayUrl }], connectors: { enabled: ['csv'] }, isolation: { all: true },
  }));
  listener = await NotifyListener.start(world.path('notify'));
  agent = startNotified('agent', ['agent', 'run', '--config', world.path('agent.yaml')], { NOTIFY_SOCKET: listener.address, WATCHDOG_USEC: String(WATCHDOG), NODE_OPTIONS: `--import ${BLOCKING}` });
});

afterAll(async () => {
  await agent.kill();
  await controller.kill();
  await listener.stop();
  await world.remove();
});

/** Sockets a process has open, by their inode. */
function sockets(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).map((descriptor) => readlinkSync(`/proc/${pid}/fd/${descriptor}`)).filter((target) => target.startsWith('socket:'));
}

describe('an agent under a service manager', () => {
  it('says that it is ready once it has started, with its own process id, and then whom it reached', async () => {
    await agent.ready(() => listener.datagrams.length > 0, 'word of the agent');
    const [first] = listener.datagrams;
    expect(first?.lines[0]).toBe('READY=1');
    expect(first?.lines[1]).toMatch(/^STATUS=Connected to [01] of 1 controller, 0 operations under way$/);
    expect(agent.logged('Started.')).toHaveLength(1);
    await until(() => listener.having('STATUS=Connected to 1 of 1 controller, 0 operations under way').length > 0, 'the status to say that it is connected');
    expect(new Set(listener.datagrams.map(({ pid }) => pid))).toEqual(new Set([agent.pid]));
  });

  it('sends signs of life twice as often as it must, and repeats no status that has not changed', async () => {
    const before = signsOfLife();
    await until(() => signsOfLife() >= before + 5, 'five signs of life');
    const last = listener.having('WATCHDOG=1').slice(before, before + 5);
    expect(last.at(-1)!.at - last[0]!.at).toBeLessThan((WATCHDOG / 1e6) * 4);
    expect(listener.having('STATUS=Connected to 1 of 1 controller, 0 operations under way')).toHaveLength(1);
  });

  it('sends none while its event loop does not turn', async () => {
    const before = listener.datagrams.length;
    agent.signal('SIGUSR2');
    const longest = (): number => {
      const times = listener.datagrams.slice(before - 1).map(({ at }) => at);
      return Math.max(0, ...times.slice(1).map((at, index) => at - times[index]!));
    };
    await until(() => longest() >= BLOCKED_SECONDS * 0.9, 'a silence as long as the event loop was blocked');
  });

  it('keeps the socket to itself: the process of a connector has it not', async () => {
    await controller.systemReady('csv');
    const children = readFileSync(`/proc/${agent.pid}/task/${agent.pid}/children`, 'utf8').trim().split(' ').map(Number);
    expect(children).toHaveLength(1);
    expect(readlinkSync(`/proc/${agent.pid}/fd/3`)).toMatch(/^socket:/);
    expect(sockets(children[0]!)).not.toContain(readlinkSync(`/proc/${agent.pid}/fd/3`));
    expect(readFileSync(`/proc/${children[0]}/environ`, 'utf8')).not.toMatch(/NOTIFY_SOCKET|LISTEN_FDS|WATCHDOG/);
  });

  it('says when it reloads, and that it has', async () => {
    const ready = listener.having('READY=1').length;
    agent.signal('SIGHUP');
    await until(() => listener.having('READY=1').length > ready, 'the reload to be over');
    const at = listener.datagrams.findIndex(({ lines }) => lines.includes('RELOADING=1'));
    const [, time] = /^MONOTONIC_USEC=(\d+)$/.exec(listener.datagrams[at]?.lines[1] ?? '') ?? [];
    expect(Number(time) / 1e6).toBeCloseTo(listener.datagrams[at]!.at, 0);
    expect(listener.datagrams.slice(at + 1).some(({ lines }) => lines.includes('READY=1'))).toBe(true);
  });

  it('says that it stops, and how long that may take', async () => {
    expect(await agent.stop()).toEqual({ code: 0, signal: null });
    const [said] = listener.having('STOPPING=1');
    expect(said?.lines).toEqual(['STOPPING=1', 'EXTEND_TIMEOUT_USEC=20000000', 'STATUS=Stopping: 0 operations under way, new ones are refused']);
  });
});

describe('a controller under a service manager', () => {
  it('says that it serves, where, and that it stops; an abstract address will do', async () => {
    const own = await NotifyListener.start(`@causeway-test-${process.pid}`);
    const [rest] = await freePorts(1);
    await writeFile(world.path('second.yaml'), JSON.stringify({ rest: { port: rest, address: '127.0.0.1', users: [{ name: 'admin', passwordHash: world.passwordHash }] }, systems: { configuration: world.path('conf') }, data: world.path('second') }));
    const second = startNotified('controller', ['controller', 'run', '--config', world.path('second.yaml')], { NOTIFY_SOCKET: own.address });
    await second.ready(() => own.datagrams.length > 0, 'word of the controller');
    expect(own.datagrams[0]).toMatchObject({ pid: second.pid, lines: ['READY=1', `STATUS=Serving REST API on port ${rest}`] });
    expect(await second.stop()).toEqual({ code: 0, signal: null });
    expect(own.datagrams.at(-1)?.lines[0]).toBe('STOPPING=1');
    await own.stop();
  });

  it('runs where a service manager waits in vain, and says why', async () => {
    const [rest] = await freePorts(1);
    await writeFile(world.path('third.yaml'), JSON.stringify({ rest: { port: rest, address: '127.0.0.1' }, systems: { configuration: world.path('conf') }, data: world.path('third') }));
    const third = startNotified('controller', ['controller', 'run', '--config', world.path('third.yaml')], { NOTIFY_SOCKET: world.path('nobody-listens') });
    await third.ready(() => third.logged('handed over no descriptor named notify').length > 0, 'the controller to say so');
    expect(third.logged('the service manager\'s socket cannot be reached')).toHaveLength(1);
    expect(await third.stop()).toEqual({ code: 0, signal: null });
  });
});
