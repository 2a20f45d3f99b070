import { access, constants, stat } from 'node:fs/promises';
import type { AgentConfig } from '../config/agent-config.js';
import type { SecretReference } from '../config/secret-reference.js';
import { parseSecretUrl } from './secret-url.js';
import { secretSourcesOf, storePlaces } from './secret-sources.js';
import { codeOf } from './sources/read-file.js';

/** As `causeway agent check` prints it. */
export interface SecretCheck {
  readonly subject: string;
  readonly outcome: 'ok' | 'warning' | 'failed';
  readonly text: string;
}

const OTHERS = 0o077;

/** Looks at everything the section `secrets` names: directories, programs, store, and each secret a rule names in full. */
export async function checkSecrets(config: AgentConfig): Promise<SecretCheck[]> {
  const { directories, commands } = config.secrets;
  return [
    ...await Promise.all(directories.map((directory, index) => checkDirectory(`secrets.directories[${index}]`, directory))),
    ...await Promise.all(Object.entries(commands).map(([name, { argv }]) => checkProgram(`secrets.commands.${name}`, argv[0] ?? ''))),
    ...await checkStore(config),
    ...await Promise.all(config.secrets.allow.map((rule, index) => checkRule(config, rule.secret, `secrets.allow[${index}]`))),
  ];
}

async function checkDirectory(subject: string, directory: string): Promise<SecretCheck> {
  try {
    if (!(await stat(directory)).isDirectory()) return { subject, outcome: 'failed', text: `${directory} is no directory` };
    await access(directory, constants.R_OK | constants.X_OK);
    return { subject, outcome: 'ok', text: directory };
  } catch (error) {
    return { subject, outcome: 'failed', text: `${directory} cannot be read (${codeOf(error)})` };
  }
}

async function checkProgram(subject: string, program: string): Promise<SecretCheck> {
  try {
    const { mode } = await stat(program);
    await access(program, constants.X_OK);
    if (process.platform !== 'win32' && (mode & 0o022) !== 0) return { subject, outcome: 'warning', text: `${program} can be changed by others than its owner (mode ${(mode & 0o777).toString(8)})` };
    return { subject, outcome: 'ok', text: program };
  } catch (error) {
    return { subject, outcome: 'failed', text: `${program} cannot be run (${codeOf(error)})` };
  }
}

/** Nothing to say about a store that is neither there nor configured. */
async function checkStore(config: AgentConfig): Promise<SecretCheck[]> {
  const subject = 'secrets.store';
  const places = storePlaces(config);
  const isThere = await stat(places.file).then(() => true, () => false);
  if (!isThere && config.secrets.store.file === undefined) return [];
  try {
    const { SecretStore } = await import('./store/secret-store.js');
    const names = await new SecretStore(places).list();
    return [{ subject, outcome: 'ok', text: `${places.file}: ${names.length} ${names.length === 1 ? 'secret' : 'secrets'}` }];
  } catch (error) {
    return [{ subject, outcome: 'failed', text: messageOf(error) }];
  }
}

async function checkRule(config: AgentConfig, secret: string, subject: string): Promise<SecretCheck> {
  const url = secret.includes('*') ? undefined : parseSecretUrl(`secret://${secret}`);
  if (url === undefined) {
    return secret.includes('*') ? { subject, outcome: 'ok', text: `${secret} (a pattern)` } : { subject, outcome: 'failed', text: `${secret} cannot be the name of a secret of that source` };
  }
  try {
    await secretSourcesOf(config).read(url.source, url.name);
    return { subject, outcome: 'ok', text: url.text };
  } catch (error) {
    return { subject, outcome: 'failed', text: `${url.text}: ${messageOf(error)}` };
  }
}

/** Warns of a secret file that others than its owner can read. Undefined when there is nothing to say. */
export async function checkSecretFile(subject: string, { source }: SecretReference): Promise<SecretCheck | undefined> {
  if (source.kind !== 'file') return undefined;
  const found = await stat(source.path).catch(() => undefined);
  if (found === undefined || !found.isFile() || process.platform === 'win32' || (found.mode & OTHERS) === 0) return undefined;
  return { subject, outcome: 'warning', text: `the secret file ${source.path} can be read by others than its owner (mode ${(found.mode & 0o777).toString(8)}); chmod 600 it` };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
