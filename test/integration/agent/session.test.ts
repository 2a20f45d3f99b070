import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { facadeKeyOf } from '../../../protocol/codec/index.js';
import {
  ConnectorError, ConnectorObject, DEFAULT_POOL, DEFAULT_RESULTS_HANDLER, Name, OperationOptions, Uid,
  type ApiConfiguration, type ConnectorFacade, type ConnectorInfo, type StreamEnds,
} from '../../../protocol/model/index.js';
import type { ConnectionGroup, OperationExecutor } from '../../../protocol/session/contract.js';
import { recordingLog } from './support/quiet-log.js';
import { makeTestCertificates, type TestCertificates } from './support/test-certificates.js';
import { startTestController, until, type TestController } from './support/test-controller.js';
import { startSession, target, type TestSession } from './support/test-session.js';

const KEY = { bundleName: 'b', bundleVersion: '1', connectorName: 'c' };
const CONFIGURATION: ApiConfiguration = {
  producerBufferSize: 100, connectorPoolingSupported: false, pool: DEFAULT_POOL, resultsHandler: DEFAULT_RESULTS_HANDLER,
  properties: [], timeouts: new Map(), supportedOperations: new Set(['SearchApiOp', 'TestApiOp']),
};
const FACADE_KEY = facadeKeyOf(CONFIGURATION);
const INFO: ConnectorInfo = { key: KEY, displayNameKey: 'c', categoryKey: null, messages: new Map(), defaultConfiguration: CONFIGURATION };

/** A connector that counts up to `count`, one object each time it is pulled; `gate` is passed before each. */
function countingExecutor(count: number, gate: (index: number) => Promise<void> = async () => undefined): OperationExecutor {
  const facade = {
    connectorKey: KEY,
    supportedOperations: CONFIGURATION.supportedOperations,
    perform: async () => null,
    stream: async function* () {
      for (let index = 0; index < count; index += 1) {
        await gate(index);
        yield new ConnectorObject('__ACCOUNT__', [new Uid(`u${index}`), new Name(`n${index}`)]);
      }
      return undefined as StreamEnds['search'];
    },
  } as unknown as ConnectorFacade;
  return { connectorInfos: async () => [INFO], facadeFor: async () => facade };
}

async function search(group: ConnectionGroup, onObject: (count: number) => void | Promise<void> = () => undefined): Promise<string[]> {
  const uids: string[] = [];
  const call = { signal: AbortSignal.timeout(30_000) };
  for await (const object of group.facade(KEY, FACADE_KEY).stream({ kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options: OperationOptions.none }, call)) {
    uids.push(object.uid.value);
    await onObject(uids.length);
  }
  return uids;
}

let certificates: TestCertificates;
let cleanups: (() => Promise<unknown>)[] = [];
beforeAll(async () => { certificates = await makeTestCertificates(); });
afterAll(() => certificates.remove());
afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
  cleanups = [];
});

async function controllerAt(port = 0): Promise<TestController> {
  const controller = await startTestController({ tls: certificates.server, port });
  cleanups.push(() => controller.kill());
  return controller;
}

function agentFor(port: number, options: Parameters<typeof startSession>[1] = {}): TestSession {
  const session = startSession(target(`wss://localhost:${port}/openicf`, { tls: certificates.agent }), options);
  cleanups.push(() => session.stop());
  return session;
}

describe('a controller that is killed', () => {
  it('and restarted finds the agent back within the bound of its backoff', async () => {
    const cap = 500;
    const first = await controllerAt();
    const agent = agentFor(first.port, { sockets: 2, backoffCap: cap, executor: countingExecutor(1) });
    await until(() => agent.session.status().serving === 2, 'both sockets');
    await first.kill();
    await until(() => agent.session.status().serving === 0, 'the loss to be noticed');
    const second = await controllerAt(first.port);
    const restarted = Date.now();
    await second.group();
    expect(Date.now() - restarted).toBeLessThan(cap + 1000);
    expect(await search(await second.group())).toEqual(['u0']);
  });

  it('and stays away for long sees neither more sockets than allowed nor a log line for every attempt', async () => {
    const first = await controllerAt();
    const log = recordingLog();
    const agent = agentFor(first.port, { sockets: 2, backoffCap: 30, log });
    await until(() => agent.session.status().serving === 2, 'both sockets');
    await first.kill();
    const attempts = (): number => log.lines.filter(({ fields }) => 'to' in fields && fields.to === 'dialing').length;
    await until(() => attempts() > 20, 'many attempts');
    expect(log.lines.filter(({ level, fields }) => level === 'warn' && 'controller' in fields).length).toBeLessThan(8);
    const second = await controllerAt(first.port);
    await until(() => agent.session.status().serving === 2, 'both sockets');
    expect(second.most).toBeLessThanOrEqual(3);
  });

  it('in the middle of a search fails the search; the agent serves the next one', async () => {
    const first = await controllerAt();
    const agent = agentFor(first.port, { executor: countingExecutor(1000), limits: { resendTimeout: 300 } });
    const searching = search(await first.group(), async (count) => { if (count === 10) await first.kill(); });
    await expect(searching).rejects.toBeInstanceOf(ConnectorError);
    const second = await controllerAt(first.port);
    expect(await search(await second.group())).toHaveLength(1000);
    await until(() => agent.session.status().executing === 0, 'the lost search to be given up');
  });
});

describe('rotation', () => {
  it('goes on under load: no result is lost or doubled, and sockets never multiply', async () => {
    const controller = await controllerAt();
    let rotations = 0;
    const log = recordingLog();
    agentFor(controller.port, { sockets: 2, connectionTtl: 60, log, executor: countingExecutor(400, () => new Promise((resolve) => { setTimeout(resolve, 1); })) });
    const uids = await search(await controller.group());
    rotations = log.lines.filter(({ fields }) => 'why' in fields && 'to' in fields && fields.to === 'draining').length;
    expect(uids).toEqual(Array.from({ length: 400 }, (_, index) => `u${index}`));
    expect(controller.upgrades.length).toBeGreaterThan(4);
    expect(rotations).toBeGreaterThan(1);
    expect(controller.most).toBeLessThanOrEqual(4); // three of the agent's, and one whose close frame is on its way
    expect(controller.peer.groups).toHaveLength(1);
  });
});

describe('stopping', () => {
  it('lets an operation under way finish, refuses a new one with a retryable error, and closes with 1001', async () => {
    const controller = await controllerAt();
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => { release = resolve; });
    const agent = agentFor(controller.port, { executor: countingExecutor(3, (index) => (index === 1 ? gate : Promise.resolve())) });
    const group = await controller.group();
    const codes: number[] = [];
    for (const socket of controller.sockets) socket.on('close', (code) => codes.push(code));
    let begun: () => void = () => undefined;
    const started = new Promise<void>((resolve) => { begun = resolve; });
    const searching = search(group, () => { begun(); });
    await started;
    const drained = agent.session.drain(AbortSignal.timeout(10_000));
    const refusal = await search(group).then(() => undefined, (error: unknown) => error);
    expect(refusal).toBeInstanceOf(ConnectorError);
    expect((refusal as ConnectorError).retryable).toBe(true);
    release();
    expect(await searching).toEqual(['u0', 'u1', 'u2']);
    await drained;
    await agent.stop();
    await until(() => codes.length > 0, 'the sockets to close');
    expect(codes).toEqual(codes.map(() => 1001));
  });

  it('ends at once while the controller is away', async () => {
    const agent = agentFor(1, { backoffCap: 60_000 });
    await until(() => agent.session.status().problem !== '', 'the first failure');
    const began = Date.now();
    await agent.stop();
    expect(Date.now() - began).toBeLessThan(2000);
  });
});
