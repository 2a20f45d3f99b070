import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditDirectoryOf } from '../audit/configured-audit.js';
import { lockDirectory } from '../audit/directory-lock.js';
import { CliError, EXIT } from '../cli/exit-codes.js';
import type { AgentConfig } from '../config/agent-config.js';
import { bindSecrets } from '../config/secret-reference.js';
import { loadConfig, readConfig } from '../config/load-config.js';
import { secretSourcesOf, storePlaces } from '../secrets/secret-sources.js';

/** The configuration a command at the desk runs under. */
export interface DeskConfig {
  readonly config: AgentConfig;
  /** What a person should know of it. */
  readonly notes: readonly string[];
  /** Lets go of what was taken for the command. Never rejects. */
  close(): Promise<void>;
}

/**
 * The agent's configuration with a state of the desk's own below the agent's, so that a command can run beside the agent: its
 * journal, its audit log and the counts of its brakes are in `stateDirectory/desk`, and last from one command to the next.
 * Without a file: safe defaults, no policy, and nothing is kept.
 */
export async function deskConfig(file: string | undefined, environment: NodeJS.ProcessEnv): Promise<DeskConfig> {
  return file === undefined ? withoutAgent() : besideAgent(await loadConfig(file, environment));
}

async function besideAgent(agent: AgentConfig): Promise<DeskConfig> {
  const stateDirectory = join(agent.agent.stateDirectory, 'desk');
  try {
    await mkdir(stateDirectory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new CliError(`The state directory ${stateDirectory} cannot be used (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}); run the command as the user the agent runs as.`, EXIT.usage);
  }
  const lock = await locked(stateDirectory);
  const config: AgentConfig = {
    ...agent,
    agent: { ...agent.agent, stateDirectory },
    audit: { ...agent.audit, directory: join(auditDirectoryOf(agent), 'desk') },
    journal: { ...agent.journal, directory: join(stateDirectory, 'journal') },
    secrets: { ...agent.secrets, store: { ...agent.secrets.store, ...storePlaces(agent) } },
    relays: [],
  };
  bindSecrets(config, secretSourcesOf(config));
  const notes = agent.policy.file === undefined ? ['the configuration names no policy: everything is allowed but scripts'] : [];
  return { config, notes, close: () => lock.release() };
}

/** Two writers would break the chain of the audit log, and the journal. */
async function locked(directory: string): ReturnType<typeof lockDirectory> {
  try {
    return await lockDirectory(directory);
  } catch (error) {
    throw new CliError(`Another command at the desk is under way with this configuration: ${directory} is taken. Wait for it to end.`, EXIT.failure, { cause: error });
  }
}

async function withoutAgent(): Promise<DeskConfig> {
  const directory = await mkdtemp(join(tmpdir(), 'causeway-desk-'));
  const policy = join(directory, 'policy.yaml');
  await writeFile(policy, 'version: 1\ndefault: allow\nscripts: {any: true}\n', { mode: 0o600 });
  const text = [
    'agent: {name: desk, stateDirectory: state}', 'controllers: [{url: "wss://nowhere.invalid/"}]', 'audit: {enabled: false}', 'policy: {file: policy.yaml}', 'log: {level: silent}',
  ].join('\n');
  const config = readConfig(text, join(directory, 'agent.yaml'));
  await mkdir(config.agent.stateDirectory, { mode: 0o700 });
  return {
    config, notes: ['no --config: without policy, audit and secrets of an agent; with its default limits'],
    close: async () => { await rm(directory, { recursive: true, force: true }).catch(() => undefined); },
  };
}
