import { onTestFinished } from 'vitest';
import { startTelemetry, type Telemetry } from '../../../../../deploy/runtime/telemetry/start-telemetry.js';
import type { TelemetrySettings } from '../../../../../deploy/runtime/telemetry/settings.js';
import { recordedLog } from '../../../../support/quiet-log.js';

/** Tracing to a collector, ended with the test. */
export function tracing(url: string, settings: Partial<TelemetrySettings> = {}, environment: NodeJS.ProcessEnv = {}) {
  const log = recordedLog();
  const telemetry = startTelemetry({
    service: 'tested', version: '1.2.3', instance: 'site1', endpoint: new URL(url), protocol: 'http/protobuf', headers: async () => ({}), sampleRatio: 1,
    resource: {}, timeout: 5_000, interval: 20, queueSize: 1_000, ca: undefined, proxy: undefined, ...settings,
  }, log, environment);
  if (telemetry === undefined) throw new Error('tracing did not start');
  onTestFinished(() => telemetry.close(AbortSignal.timeout(100)));
  return { telemetry, log };
}

/** What is recorded so far has left, or could not. */
export function flushed(telemetry: Telemetry): Promise<void> {
  return telemetry.close(AbortSignal.timeout(20_000));
}
