import { join } from 'node:path';
import type { AgentConfig } from '../config/agent-config.js';
import { SecretError } from './secret-error.js';
import type { SecretSourceName } from './secret-url.js';
import type { SecretValue } from './secret-value.js';
import type { StorePlaces } from './store/secret-store.js';

/** After a command failed, its failure is the answer for so long: many connections fail together, and ask again together. Milliseconds. */
const FAILURE_STANDS = 5_000;

interface LastRun {
  readonly at: number;
  readonly result: Promise<SecretValue>;
  readonly failed: boolean;
}

export interface SourceParts {
  readonly environment: NodeJS.ProcessEnv;
  /** Milliseconds. */
  now(): number;
}

/** Where the store and its key are, by configuration or below the state directory. */
export function storePlaces({ agent, secrets: { store } }: Pick<AgentConfig, 'agent' | 'secrets'>): StorePlaces {
  return {
    file: store.file ?? join(agent.stateDirectory, 'secrets', 'store.json'),
    key: store.key ?? { kind: 'file', path: join(agent.stateDirectory, 'secrets', 'store.key') },
  };
}

/**
 * Reads secrets by source and name. One read of a secret is under way at a time, whoever asks; what a command printed serves
 * all who take an answer of that age. Rejects with a {@link SecretError}.
 */
export class SecretSources {
  readonly #config: Pick<AgentConfig, 'agent' | 'secrets'>;
  readonly #parts: SourceParts;
  readonly #reading = new Map<string, Promise<SecretValue>>();
  /** By name; as many as there are commands in the configuration. */
  readonly #lastRuns = new Map<string, LastRun>();

  constructor(config: Pick<AgentConfig, 'agent' | 'secrets'>, parts: SourceParts = { environment: process.env, now: () => performance.now() }) {
    this.#config = config;
    this.#parts = parts;
  }

  /** `maxAge` in milliseconds: how long ago a command may have run for its answer to serve. Other sources are read anew. */
  async read(source: SecretSourceName, name: string, maxAge: number = this.#config.secrets.refresh): Promise<SecretValue> {
    if (source === 'command') {
      const last = this.#lastRuns.get(name);
      if (last !== undefined && this.#parts.now() - last.at < (last.failed ? FAILURE_STANDS : maxAge)) return last.result;
    }
    const key = `${source}/${name}`;
    const present = this.#reading.get(key);
    if (present !== undefined) return present;
    const reading = this.#read(source, name).finally(() => this.#reading.delete(key));
    this.#reading.set(key, reading);
    if (source === 'command') this.#remember(name, reading);
    return reading;
  }

  #remember(name: string, result: Promise<SecretValue>): void {
    const note = (failed: boolean) => (): void => { this.#lastRuns.set(name, { at: this.#parts.now(), result, failed }); };
    result.then(note(false), note(true));
  }

  async #read(source: SecretSourceName, name: string): Promise<SecretValue> {
    const { secrets } = this.#config;
    const { environment } = this.#parts;
    switch (source) {
      case 'file': return (await import('./sources/file-source.js')).readFromDirectories(secrets.directories, name);
      case 'env': return (await import('./sources/environment-source.js')).readFromEnvironment(environment, secrets.environmentPrefix, name);
      case 'credential': return (await import('./sources/credential-source.js')).readCredential(environment, name);
      case 'store': return new (await import('./store/secret-store.js')).SecretStore(storePlaces(this.#config), environment).read(name);
      case 'command': {
        const command = Object.hasOwn(secrets.commands, name) ? secrets.commands[name] : undefined;
        if (command === undefined) throw new SecretError(`The agent has no secret command ${name}: name it under secrets.commands.`);
        return (await import('./sources/command-source.js')).readFromCommand(name, command, environment);
      }
    }
  }
}

const known = new WeakMap<object, SecretSources>();

/** One for a configuration, so that all its users share what commands printed. */
export function secretSourcesOf(config: Pick<AgentConfig, 'agent' | 'secrets'>): SecretSources {
  const present = known.get(config);
  if (present !== undefined) return present;
  const sources = new SecretSources(config);
  known.set(config, sources);
  return sources;
}
