import { readFile } from 'node:fs/promises';
import type { QueueLog } from '../deploy/runtime/telemetry/span-queue.js';
import type { Telemetry } from '../deploy/runtime/telemetry/start-telemetry.js';
import type { ControllerConfig } from './config/controller-config.js';
import { ConfigError } from './config/load-config.js';
import type { HeaderSource } from './config/telemetry-config.js';

/** Tracing as the section `telemetry` has it; undefined without one, and then nothing of it is loaded. Throws a ConfigError for an unreadable file. */
export async function configuredTelemetry({ telemetry }: Pick<ControllerConfig, 'telemetry'>, version: string | undefined, log: QueueLog): Promise<Telemetry | undefined> {
  if (telemetry === undefined) return undefined;
  const { headers, tls, ...settings } = telemetry;
  const ca = tls === undefined ? undefined : await authorities(tls.ca);
  const { startTelemetry } = await import('../deploy/runtime/telemetry/start-telemetry.js');
  return startTelemetry({
    ...settings, service: 'causeway-controller', version, instance: undefined, ca, proxy: settings.proxy,
    headers: async () => Object.fromEntries(await Promise.all(Object.entries(headers).map(async ([name, source]) => [name, await valueOf(name, source)] as const))),
  }, log);
}

async function authorities(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`telemetry.tls.ca: ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`, { cause: error });
  }
}

async function valueOf(header: string, source: HeaderSource): Promise<string> {
  if ('text' in source) return source.text;
  if ('file' in source) return (await readFile(source.file, 'utf8')).trim();
  const value = process.env[source.env];
  if (value === undefined) throw Object.assign(new Error(`The environment variable ${source.env}, which telemetry.headers.${header} refers to, is not set.`), { name: 'SecretError' });
  return value;
}
