import { createLog, type ProcessLog } from '../deploy/runtime/log/process-log.js';
import { toldServiceManager } from '../deploy/runtime/service/service-manager.js';
import { loadConfig } from './config/load-config.js';
import { startController, type RunningController } from './controller.js';
import { productVersion } from '../deploy/runtime/service/product-version.js';

/** What something that was left open gets before the process ends anyway, in milliseconds. */
const LINGER = 2_000;
/** What closing takes after the grace of requests, in milliseconds. */
const CLOSING = 15_000;

/** Runs a controller until SIGTERM or SIGINT, then drains it. A second signal ends the process at once. */
export async function runController(configPath: string): Promise<void> {
  const config = await loadConfig(configPath);
  const output = createLog(config.log.level);
  const { log } = output;
  const dieOf = (what: string) => (error: unknown): void => {
    log.fatal({ err: error }, what);
    void leave(output);
  };
  process.on('unhandledRejection', dieOf('a promise was rejected and nobody handled it; this is a defect'));
  process.on('uncaughtException', dieOf('an exception was thrown and nobody caught it; this is a defect'));
  let controller: RunningController;
  try {
    controller = await startController(config, log, { version: productVersion(), logLinesDropped: () => output.dropped() });
  } catch (error) {
    log.fatal({ reason: error instanceof Error ? error.message : String(error) }, 'the controller cannot start');
    await output.flush();
    throw error;
  }
  log.info({ pid: process.pid, restPort: controller.restPort, gatewayPort: controller.gatewayPort, enrolmentPort: controller.enrolmentPort, metricsPort: controller.metricsPort }, 'controller started');
  let stopping = false;
  const ports = Object.entries({ 'REST API': controller.restPort, agents: controller.gatewayPort, enrolment: controller.enrolmentPort, metrics: controller.metricsPort }).flatMap(([what, port]) => (port === undefined ? [] : [`${what} on port ${port}`]));
  const manager = toldServiceManager(() => (stopping ? 'Stopping: requests under way may finish' : `Serving ${ports.join(', ')}`), (problem) => { log.warn({}, problem); });
  manager.ready();
  await stopSignal(output);
  stopping = true;
  manager.stopping(config.shutdownGrace + CLOSING);
  await controller.stop();
  log.info('controller stopped');
  manager.close();
  await output.flush();
  setTimeout(() => process.exit(), LINGER).unref();
}

function stopSignal(output: ProcessLog): Promise<void> {
  return new Promise((resolve) => {
    let count = 0;
    const onSignal = (signal: NodeJS.Signals): void => {
      count += 1;
      output.log.info({ signal }, count === 1 ? 'stopping; requests under way may finish' : 'signalled again; leaving at once');
      if (count > 1) void leave(output);
      resolve();
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}

async function leave(output: ProcessLog): Promise<never> {
  await output.flush();
  process.exit(1);
}
