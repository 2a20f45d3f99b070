import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChain, type Chain } from '../support/chain.js';
import { until } from '../support/until.js';

const HEARTBEAT_MS = 2_000;
/** Two heartbeats, and what a busy machine adds. */
const NOTICED_WITHIN_MS = 2 * HEARTBEAT_MS + 2_500;

let chain: Chain;
beforeAll(async () => {
  chain = await startChain({
    csv: 'uid,firstName\na,A\n',
    controller: { config: { session: { heartbeatInterval: '2s' } } },
    agent: { config: { session: { heartbeatInterval: '2s' } } },
  });
}, 120_000);
afterAll(() => chain.stop());

/** Milliseconds until the condition holds. */
async function noticed(what: string, condition: () => boolean | Promise<boolean>): Promise<number> {
  const since = performance.now();
  await until(condition, what, NOTICED_WITHIN_MS + 10_000);
  return performance.now() - since;
}

describe('a peer that is there but does nothing any more', () => {
  it('the controller: its agent notices within two heartbeats, and is back when it goes on', async () => {
    chain.controller.process.signal('SIGSTOP');
    let after: number;
    try {
      after = await noticed('the agent to notice', async () => !await chain.agent.isConnected());
    } finally {
      chain.controller.process.signal('SIGCONT');
    }
    expect(after).toBeLessThan(NOTICED_WITHIN_MS);
    await chain.controller.systemReady('csv');
  });

  it('the agent: its controller notices within two heartbeats, says so to callers, and is served again when it goes on', async () => {
    const unreachable = async (): Promise<boolean> => {
      const { body } = await chain.rest.send('/openidm/system?_action=testConnectorServers', { method: 'POST' });
      return JSON.stringify(body).includes('"ok":false');
    };
    expect(await unreachable()).toBe(false);
    chain.agent.process.signal('SIGSTOP');
    let after: number;
    try {
      after = await noticed('the controller to notice', unreachable);
    } finally {
      chain.agent.process.signal('SIGCONT');
    }
    expect(after).toBeLessThan(NOTICED_WITHIN_MS);
    await chain.controller.systemReady('csv');
  });
});
