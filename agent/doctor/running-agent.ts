import { request } from 'node:http';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentConfig } from '../config/agent-config.js';
import { within, type Patience } from './bounded.js';

/** What a running agent says of itself at /status, as far as the doctor reads it. */
export interface RunningAgent {
  /** Where it answered. */
  readonly url: string;
  readonly status: Readonly<Record<string, unknown>>;
}

const MOST_BYTES = 4 * 1024 ** 2;

/** Asks the agent that runs with this configuration on this machine. Undefined when none answers. */
export async function askRunningAgent(config: AgentConfig, patience: Patience): Promise<RunningAgent | undefined> {
  for (const place of await placesOf(config)) {
    try {
      const text = await within({ ...patience, timeout: Math.min(patience.timeout, 3000) }, (signal) => get(place, signal));
      const status: unknown = JSON.parse(text);
      if (typeof status === 'object' && status !== null && 'controllers' in status) return { url: place.url, status: { ...status } };
    } catch {
      patience.signal.throwIfAborted();
    }
  }
  return undefined;
}

interface Place {
  readonly url: string;
  readonly token: string | undefined;
}

/** The local server, whose address and token lie in the state directory, and the health port of the configuration. */
async function placesOf({ agent: { stateDirectory }, health }: AgentConfig): Promise<Place[]> {
  const places: Place[] = [];
  try {
    const { url } = JSON.parse(await readFile(join(stateDirectory, 'local', 'address.json'), 'utf8')) as { readonly url?: unknown };
    const token = await readFile(join(stateDirectory, 'local', 'token'), 'utf8').catch(() => undefined);
    if (typeof url === 'string' && isLoopback(url)) places.push({ url: new URL('/status', url).href, token: token?.trim() });
  } catch {
    // No agent runs, or it has no local server.
  }
  if (health !== undefined && health.port > 0) {
    const address = health.address === '0.0.0.0' ? '127.0.0.1' : health.address === '::' ? '::1' : health.address;
    places.push({ url: `http://${address.includes(':') ? `[${address}]` : address}:${health.port}/status`, token: undefined });
  }
  return places;
}

/** A token goes nowhere else. */
function isLoopback(url: string): boolean {
  return URL.canParse(url) && ['127.0.0.1', '[::1]', 'localhost'].includes(new URL(url).hostname);
}

function get({ url, token }: Place, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { signal, agent: false, headers: token === undefined ? {} : { Authorization: `Bearer ${token}` } }, (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      response.on('data', (part: Buffer) => {
        size += part.length;
        if (size > MOST_BYTES) response.destroy(new Error('too long'));
        else parts.push(part);
      });
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(parts).toString('utf8'));
        else reject(new Error(`HTTP ${response.statusCode ?? 0}`));
      });
    });
    asking.on('error', reject);
    asking.end();
  });
}

/** What it says of one controller; undefined when it does not know that URL. */
export function controllerState({ status }: RunningAgent, url: string): { readonly sockets: number; readonly problem: string; readonly isServing: boolean } | undefined {
  const controllers = Array.isArray(status['controllers']) ? status['controllers'] as readonly Readonly<Record<string, unknown>>[] : [];
  const found = controllers.find((controller) => controller['url'] === url);
  if (found === undefined) return undefined;
  const serving = typeof found['serving'] === 'number' ? found['serving'] : 0;
  return { sockets: serving, problem: typeof found['problem'] === 'string' ? found['problem'] : '', isServing: serving > 0 };
}
