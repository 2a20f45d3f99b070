import { readFile } from 'node:fs/promises';
import type { QueueLog } from '../deploy/runtime/telemetry/span-queue.js';
import type { Telemetry } from '../deploy/runtime/telemetry/start-telemetry.js';
import type { ControllerConfig } from './config/controller-config.js';
import type { HeaderSource } from './config/telemetry-config.js';
import { readAuthorityFile } from './tls/authority-file.js';

/** Tracing as the section `telemetry` has it; undefined without one, and then nothing of it is loaded. Throws a ConfigError for an unreadable file of authorities. */
export async function configuredTelemetry({ telemetry }: Pick<ControllerConfig, 'telemetry'>, version: string | undefined, log: QueueLog): Promise<Telemetry | undefined> {
  if (telemetry === undefined) return undefined;
  const { headers, tls, ...settings } = telemetry;
  const ca = tls === undefined ? undefined : await readAuthorityFile('telemetry.tls.ca', tls.ca);
  const { startTelemetry } = await import('../deploy/runtime/telemetry/start-telemetry.js');
  return startTelemetry({
    ...settings, service: 'causeway-controller', version, instance: undefined, ca, proxy: settings.proxy,
    headers: async () => Object.fromEntries(await Promise.all(Object.entries(headers).map(async ([name, source]) => [name, await headerValue(`telemetry.headers.${name}`, source)] as const))),
  }, log);
}

/** A secret of the configuration; `setting` for the error. Rejects when there is no such variable or file. */
export async function headerValue(setting: string, source: HeaderSource): Promise<string> {
  if ('text' in source) return source.text;
  if ('file' in source) return (await readFile(source.file, 'utf8')).trim();
  const value = process.env[source.env];
  if (value === undefined) throw Object.assign(new Error(`The environment variable ${source.env}, which ${setting} refers to, is not set.`), { name: 'SecretError' });
  return value;
}
