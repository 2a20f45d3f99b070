import { createLog, type ProcessLog } from '../../deploy/runtime/log/process-log.js';
import { toldServiceManager, type ServiceManager } from '../../deploy/runtime/service/service-manager.js';
import { startAgent, type RunningAgent } from '../agent.js';
import type { AgentConfig } from '../config/agent-config.js';
import { statusLine } from '../observe/status-line.js';
import { hardenProcess } from '../secrets/process-hygiene.js';
import { systemClock } from '../system-clock.js';
import { productVersion } from '../version.js';
import { EXIT } from './exit-codes.js';

/** What a connector that left something open gets before the process ends anyway. */
const LINGER_MS = 2000;
/** What closing takes after the grace of operations: sessions of targets, journal, audit log. */
const CLOSING_MS = 15_000;

/** Runs an agent until a signal, then drains it. A second signal ends the process at once. */
export async function runAgent(config: AgentConfig): Promise<void> {
  const output = createLog(config.log.level, { agent: config.agent.name, ...(config.agent.hostId === undefined ? {} : { hostId: config.agent.hostId }) });
  const { log } = output;
  hardenProcess(log, config.agent);
  const dieOf = (what: string) => (error: unknown): void => {
    // Not the error's fields: whatever a library hangs on it would be printed.
    log.fatal({ err: error instanceof Error ? { type: error.name, message: error.message, stack: error.stack } : { type: typeof error } }, what);
    void leave(output, EXIT.failure);
  };
  process.on('unhandledRejection', dieOf('A promise was rejected and nobody handled it. This is a defect.'));
  process.on('uncaughtException', dieOf('An exception was thrown and nobody caught it. This is a defect.'));
  const version = productVersion();
  log.info({ version, pid: process.pid, controllers: config.controllers.map(({ url }) => url.href), listeners: config.listeners.map(({ port }) => port) }, 'Starting.');
  let agent: RunningAgent;
  try {
    agent = await startAgent(config, { clock: systemClock, log, version, logLinesDropped: () => output.dropped() });
  } catch (error) {
    log.fatal({ reason: error instanceof Error ? error.message : String(error) }, 'The agent cannot start.');
    await output.flush();
    throw error;
  }
  const { listeners } = agent.status();
  log.info({ listeners: listeners.map(({ port }) => port), health: agent.healthPort }, 'Started.');
  const manager = toldServiceManager(() => statusLine(agent.status()), (problem) => { log.warn({}, problem); });
  onSignals(agent, output, manager, config.agent.shutdownGrace);
  manager.ready();
  try {
    await agent.ended;
    log.info('Stopped.');
  } finally {
    manager.close();
    await output.flush();
    // Fires only if something still keeps the process alive.
    setTimeout(() => process.exit(), LINGER_MS).unref();
  }
}

function onSignals(agent: RunningAgent, output: ProcessLog, manager: ServiceManager, grace: number): void {
  let count = 0;
  process.on('SIGHUP', () => { void reload(agent, output, manager); });
  const onSignal = (signal: NodeJS.Signals): void => {
    count += 1;
    if (count > 1) {
      output.log.warn({ signal }, 'Signalled again; leaving at once.');
      void leave(output, EXIT.failure);
      return;
    }
    output.log.info({ signal, grace }, 'Stopping: operations under way may finish, new ones are refused.');
    void agent.stop(); // its outcome is agent.ended
    manager.stopping(grace + CLOSING_MS);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

/** `systemctl reload`. The configuration itself is read at the start only. */
async function reload(agent: RunningAgent, { log }: ProcessLog, manager: ServiceManager): Promise<void> {
  if (agent.status().stopping) return;
  log.info({}, 'Signalled to reload (SIGHUP): the policy is read again, controllers are dialled at once. A changed agent.yaml takes a restart.');
  manager.reloading();
  await agent.reload().catch((error: unknown) => { log.error({ err: error }, 'The reload failed; what was in force still is.'); });
  manager.ready();
}

async function leave(output: ProcessLog, code: number): Promise<never> {
  await output.flush();
  process.exit(code);
}
