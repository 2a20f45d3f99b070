import { request } from 'node:http';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import type { AgentConfig } from '../../config/agent-config.js';
import { localDirectoryOf, readLocalAddress, type LocalAddress } from '../../observe/local/local-files.js';
import { CliError, EXIT } from '../exit-codes.js';

const ANSWER_LIMIT_MS = 10_000;
const LONGEST_ANSWER = 8 * 1024 * 1024;

export interface AgentAnswer {
  readonly code: number;
  readonly body: unknown;
}

/** The agent that runs with a configuration, on this machine. Errors say why there is none and what to do. */
export class LocalAgent {
  readonly url: string;
  readonly #token: string;

  private constructor({ url, token }: LocalAddress) {
    this.url = url;
    this.#token = token;
  }

  /** Finds the agent by what it left in its state directory. Rejects with a {@link CliError}. */
  static async find({ agent, health }: Pick<AgentConfig, 'agent' | 'health'>): Promise<LocalAgent> {
    const directory = localDirectoryOf(agent.stateDirectory);
    try {
      return new LocalAgent(await readLocalAddress(directory));
    } catch (error) {
      throw new CliError(whyNotFound(error, directory, health), health === undefined ? EXIT.usage : EXIT.failure);
    }
  }

  /** Rejects with a {@link CliError} that `isGone` when nobody listens, and for every answer but a good one. */
  async ask<T>(method: 'GET' | 'POST', path: string): Promise<T> {
    const { code, body } = await this.#send(method, path);
    if (code === 401) throw new AgentGone(`The agent at ${this.url} does not know the token in its state directory: it was started anew just now, or another program listens there. Try again.`);
    if (code >= 300) throw new CliError(`The agent at ${this.url} answered ${code}: ${errorOf(body)}`);
    return body as T;
  }

  #send(method: string, path: string): Promise<AgentAnswer> {
    const url = new URL(path, this.url);
    return new Promise((resolve, reject) => {
      const asked = request(url, { method, headers: { Authorization: `Bearer ${this.#token}` }, signal: AbortSignal.timeout(ANSWER_LIMIT_MS) }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part;
          if (text.length > LONGEST_ANSWER) asked.destroy(new Error('its answer is too long'));
        }).on('end', () => { resolve({ code: response.statusCode ?? 0, body: parsed(text) }); }).on('error', reject);
      });
      asked.on('error', (error) => { reject(this.#failure(error)); }).end();
    });
  }

  #failure(error: Error & { readonly code?: unknown }): CliError {
    if (error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET') return new AgentGone(`No agent is running: nobody listens at ${this.url}, where the last one did. It did not end in order; its log says why.`);
    if (error.name === 'AbortError' || error.name === 'TimeoutError') return new CliError(`The agent at ${this.url} has not answered for ${ANSWER_LIMIT_MS / 1000} s: it is very busy, or it hangs.`);
    return new CliError(`The agent at ${this.url} cannot be asked: ${error.message}`);
  }
}

/** There was an agent, and it is there no more. */
export class AgentGone extends CliError {}

function whyNotFound(error: unknown, directory: string, health: AgentConfig['health']): string {
  if (health === undefined) return 'This configuration has no section health, so its agent cannot be asked. Add it and start the agent anew:\n\nhealth:\n  port: 8760';
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM') return `${directory} cannot be read by ${userName()}: the token of the agent is for its own user. Run this as that user, e.g. sudo -u causeway …`;
  if (code !== 'ENOENT') return `The address of the agent cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  const { address, port } = health;
  if (isOfNetworkOnly(address)) return `The status is told on loopback addresses only, and health.address is ${address}. Set it to 127.0.0.1 (or 0.0.0.0, where probes come from outside) and start the agent anew.`;
  return `No agent is running with this configuration: there is no ${dirname(directory)}/local/address.json${port === 0 ? '' : `, which the one at port ${port} would leave`}. Start it with: causeway agent run`;
}

function isOfNetworkOnly(address: string): boolean {
  return !['0.0.0.0', '::', '::1', 'localhost'].includes(address) && !address.startsWith('127.');
}

/** A user that the system does not know, as in containers, has a number only. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function errorOf(body: unknown): string {
  return typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'string' ? body.error : 'nothing more';
}
