import { request } from 'node:http';
import type { AgentConfig } from '../config/agent-config.js';
import { isLoopback } from '../observe/local/local-access.js';
import { localDirectoryOf, readLocalAddress } from '../observe/local/local-files.js';
import { within, type Patience } from './bounded.js';

/** What a running agent says of itself at /status, as far as the doctor reads it. */
export interface RunningAgent {
  /** Where it answered. */
  readonly url: string;
  readonly status: Readonly<Record<string, unknown>>;
}

const MOST_BYTES = 4 * 1024 ** 2;

/** No agent needs longer for its own status. */
const LONGEST_MS = 3000;

/** Asks the agent that runs with this configuration on this machine, by the address and token it has left. Undefined when none answers. */
export async function askRunningAgent({ agent: { stateDirectory } }: AgentConfig, patience: Patience): Promise<RunningAgent | undefined> {
  try {
    const { url, token } = await readLocalAddress(localDirectoryOf(stateDirectory));
    if (!isLoopback(new URL(url).hostname.replaceAll(/^\[|\]$/g, ''))) return undefined; // a token goes nowhere else
    const place = new URL('/status', url).href;
    const text = await within({ ...patience, timeout: Math.min(patience.timeout, LONGEST_MS) }, (signal) => get(place, token, signal));
    const status: unknown = JSON.parse(text);
    return typeof status === 'object' && status !== null && 'controllers' in status ? { url: place, status: { ...status } } : undefined;
  } catch {
    patience.signal.throwIfAborted();
    return undefined;
  }
}

function get(url: string, token: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { signal, agent: false, headers: { Authorization: `Bearer ${token}` } }, (response) => {
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
