import type { LookupFunction } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { dial } from '../../../agent/transport/dial.js';
import { startTestController, until, type TestController } from './support/test-controller.js';
import { startSession, target } from './support/test-session.js';

let running: TestController[] = [];
afterEach(async () => {
  for (const controller of running) await controller.kill();
  running = [];
});

async function controller(): Promise<TestController> {
  const started = await startTestController();
  running.push(started);
  return started;
}

/** A resolver that answers from a table that changes; asks are counted. */
function resolver() {
  const state = { address: '127.0.0.1', fails: false, asks: [] as string[] };
  const lookup: LookupFunction = (host, options, callback) => {
    state.asks.push(host);
    if (state.fails) callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' }), '');
    else if (options.all === true) callback(null, [{ address: state.address, family: 4 }]);
    else callback(null, state.address, 4);
  };
  return { state, lookup };
}

describe('the name of a controller', () => {
  it('is resolved anew at each dial', async () => {
    const { port } = await controller();
    const { state, lookup } = resolver();
    const dialTarget = target(`ws://controller.example:${port}/openicf`, { lookup });
    for (let round = 1; round <= 3; round += 1) {
      (await dial(dialTarget, new AbortController().signal)).socket.terminate();
      expect(state.asks).toEqual(Array.from({ length: round }, () => 'controller.example'));
    }
  });

  it('may fail to resolve for a while, and lead elsewhere afterwards: a session finds the new place', async () => {
    const first = await controller();
    const { state, lookup } = resolver();
    const session = startSession(target(`ws://controller.example:${first.port}/openicf`, { lookup }), { backoffCap: 100 });
    await until(() => session.session.status().serving === 1, 'the first socket');
    state.fails = true;
    await first.kill();
    await until(() => session.session.status().problem.includes('cannot be resolved'), 'the failure to show');
    // The same port of another loopback address: another machine, as far as the agent can tell.
    const moved = await startTestController({ port: first.port, host: '127.0.0.2' });
    running.push(moved);
    state.address = '127.0.0.2';
    state.fails = false;
    await until(() => moved.sockets.size === 1, 'the socket at the new address');
    await session.stop();
  });
});
