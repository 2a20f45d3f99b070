import { readFile } from 'node:fs/promises';
import type { Telemetry } from '../../deploy/runtime/telemetry/start-telemetry.js';
import type { QueueLog } from '../../deploy/runtime/telemetry/span-queue.js';
import type { AgentConfig } from '../config/agent-config.js';
import { ConfigError } from '../config/config-problems.js';
import { proxyUrl } from '../transport/proxy-tunnel.js';

type TelemetryConfig = NonNullable<AgentConfig['telemetry']>;

/** Tracing as the section `telemetry` has it; undefined without one, and then nothing of it is loaded. Throws a ConfigError for an unreadable file. */
export async function configuredTelemetry({ agent, telemetry }: Pick<AgentConfig, 'agent' | 'telemetry'>, { log, version }: { readonly log: QueueLog; readonly version: string }): Promise<Telemetry | undefined> {
  if (telemetry === undefined) return undefined;
  const [ca, proxy] = await Promise.all([authorities(telemetry), telemetry.proxy && proxyUrl(telemetry.proxy)]);
  const { startTelemetry } = await import('../../deploy/runtime/telemetry/start-telemetry.js');
  const { headers, ...settings } = telemetry;
  return startTelemetry({
    ...settings, service: 'causeway-agent', version, instance: agent.hostId === undefined ? agent.name : `${agent.name}/${agent.hostId}`, ca, proxy: proxy === undefined ? undefined : new URL(proxy),
    headers: async () => Object.fromEntries(await Promise.all(Object.entries(headers).map(async ([name, value]) => [name, (await value.resolve()).reveal()] as const))),
  }, log);
}

async function authorities({ tls }: TelemetryConfig): Promise<string | undefined> {
  if (tls === undefined) return undefined;
  try {
    return await readFile(tls.ca, 'utf8');
  } catch (error) {
    throw new ConfigError([`telemetry.tls.ca: the file ${tls.ca} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`]);
  }
}
