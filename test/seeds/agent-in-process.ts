import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../agent/config/load-config.js';
import { AgentExecutor } from '../../agent/operations/executor.js';
import { DialledSession } from '../../agent/session/dialled-session.js';
import { systemClock } from '../../agent/system-clock.js';
import { controllerSessionOf } from '../../agent/wiring.js';
import type { AnyConnector } from '../../connectors/framework/index.js';
import type { World } from '../support/causeway-world.js';
import { recordedLog } from '../support/quiet-log.js';

export interface InProcessAgent { stop(): Promise<void> }

/** An agent in this process that dials the controller, with connectors the build does not have, or whose targets are here. */
export async function startAgentInProcess(world: World, gatewayUrl: string, name: string, connectors: readonly AnyConnector[], trustedCertificates: readonly string[]): Promise<InProcessAgent> {
  const state = await mkdtemp(join(tmpdir(), 'causeway-seeds-'));
  const log = recordedLog();
  const byId = new Map(connectors.map((connector) => [connector.id, connector]));
  const executor = new AgentExecutor({
    enabled: [...byId.keys()], maxFacades: 100, facadeIdle: 60_000, stateDirectory: state, trustedCertificates, clock: systemClock, log, load: async (id) => byId.get(id),
  });
  const config = readConfig(JSON.stringify({
    agent: { name, stateDirectory: state }, tls: await world.agentKeys(name), controllers: [{ url: gatewayUrl }], session: { backoffBase: '100ms', backoffCap: '2s' },
  }), world.path(`${name}.yaml`));
  const stop = new AbortController();
  const session = new DialledSession(controllerSessionOf(config, config.controllers[0]!, { executor, clock: systemClock, log, version: 'test' }));
  const ended = session.run(stop.signal);
  ended.catch(() => undefined);
  return {
    async stop() {
      stop.abort();
      await ended;
      await executor.close();
      await rm(state, { recursive: true, force: true });
    },
  };
}
