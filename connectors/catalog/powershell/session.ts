import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { ConnectorError, type GuardedString, type IcfValue } from '../../../protocol/model/index.js';
import { isWithin, scriptNotAllowed } from '../../engines/scripted/allowed-folders.js';
import type { StartedCommand } from '../../engines/shell/command-run.js';
import { LocalProcess } from '../../engines/shell/local-process.js';
import { openSsh } from '../../engines/shell/open-ssh.js';
import { ShellWords } from '../../engines/shell/shell-words.js';
import type { SshSession } from '../../engines/shell/ssh-session.js';
import type { ConnectorLog, OpenContext } from '../../framework/spi.js';
import { propertyBag, type PowerShellConfig, type ScriptSlot } from './config.js';
import { interpreterArguments } from './host/bootstrap.js';
import { Interpreter } from './interpreter.js';

/** One interpreter with its configuration. */
export interface PowerShellSession {
  readonly interpreter: Interpreter;
  readonly config: PowerShellConfig;
  readonly log: ConnectorLog;
  readonly scripts: ScriptFiles;
  close(): Promise<void>;
}

/** The scripts of a configuration, kept in memory unless they are to be read each time. */
export class ScriptFiles {
  readonly #config: PowerShellConfig;
  readonly #folders: readonly string[] | undefined;
  readonly #texts = new Map<string, Promise<string>>();

  /** `folders`: where scripts may be, whatever the configuration says; undefined: anywhere. */
  constructor(config: PowerShellConfig, folders: readonly string[] | undefined) {
    this.#config = config;
    this.#folders = folders;
  }

  async text(slot: ScriptSlot): Promise<string> {
    const path = this.#config[slot].trim();
    if (this.#config.ReloadScriptOnExecution) return await this.#read(slot, path);
    let text = this.#texts.get(path);
    if (text === undefined) {
      text = this.#read(slot, path);
      this.#texts.set(path, text);
      text.catch(() => this.#texts.delete(path));
    }
    return await text;
  }

  async #read(slot: ScriptSlot, path: string): Promise<string> {
    if (!await isWithin(path, this.#folders)) throw scriptNotAllowed(slot, path, dirname(path));
    return await read(slot, path);
  }
}

async function read(slot: ScriptSlot, path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'does not exist' : 'cannot be read by the agent';
    throw new ConnectorError('configuration', `The script ${path} of ${slot} ${reason}. Put it there, or correct ${slot}.`, { cause: error, outcome: 'notApplied' });
  }
}

/** What PowerShell, its compiler and its modules need of the agent's environment; nothing else is passed on. */
const ENVIRONMENT = [
  'HOME', 'USERPROFILE', 'TEMP', 'TMP', 'TMPDIR', 'APPDATA', 'LOCALAPPDATA', 'ProgramData', 'ProgramFiles', 'ProgramFiles(x86)', 'CommonProgramFiles', 'SystemDrive', 'windir', 'ComSpec',
  'PATHEXT', 'PSModulePath', 'COMPUTERNAME', 'USERNAME', 'USERDOMAIN', 'USERDNSDOMAIN', 'LOGONSERVER', 'PROCESSOR_ARCHITECTURE', 'NUMBER_OF_PROCESSORS', 'LANG', 'DOTNET_ROOT',
];

function environment(): Record<string, string> {
  const own = ENVIRONMENT.flatMap((name) => { const value = process.env[name]; return value === undefined ? [] : [[name, value] as const]; });
  return { ...Object.fromEntries(own), POWERSHELL_TELEMETRY_OPTOUT: '1', POWERSHELL_UPDATECHECK: 'Off' };
}

function executable({ executable: given, sshHost }: PowerShellConfig): string {
  if (given !== null && given.trim() !== '') return given.trim();
  return process.platform === 'win32' && (sshHost ?? '').trim() === '' ? 'powershell.exe' : 'pwsh';
}

const CONNECTION_TIMEOUT = 30_000;

async function connect(config: PowerShellConfig, host: string, context: OpenContext): Promise<SshSession> {
  const { sshPrivateKey, sshPassword, sshPassphrase } = config;
  const knownHosts = config.sshKnownHosts.length > 0 ? config.sshKnownHosts : [join(homedir(), '.ssh', 'known_hosts'), '/etc/ssh/ssh_known_hosts'];
  return await openSsh({
    host, port: config.sshPort, user: (config.sshUser ?? '').trim(), connectionTimeout: CONNECTION_TIMEOUT, hostKey: { pinned: config.sshHostKey, knownHosts },
    login: sshPrivateKey.length > 0 ? { kind: 'key', key: sshPrivateKey, passphrase: sshPassphrase } : { kind: 'password', password: requirePassword(sshPassword) },
  }, context);
}

function requirePassword(password: GuardedString | null): GuardedString {
  if (password === null) throw new ConnectorError('configuration', 'sshPassword or sshPrivateKey is missing.', { outcome: 'notApplied' });
  return password;
}

/** What scripts see as `$Connector.Configuration`. Login and Password go by standard input, like everything. */
function configurationForScripts(config: PowerShellConfig): ReadonlyMap<IcfValue, IcfValue> {
  const { Host, Port, Login, Password, VariablesPrefix, QueryFilterType, SubstituteUidAndNameInQueryFilter, UidAttributeName, NameAttributeName, PsModulesToImport, ReloadScriptOnExecution } = config;
  return new Map<IcfValue, IcfValue>([
    ...Object.entries({ Host, Port: Port ?? null, Login, Password, VariablesPrefix, QueryFilterType, SubstituteUidAndNameInQueryFilter, UidAttributeName, NameAttributeName, ReloadScriptOnExecution }),
    ['PsModulesToImport', [...PsModulesToImport]], ['CustomProperties', [...config.CustomProperties]], ['PropertyBag', new Map<IcfValue, IcfValue>(propertyBag(config))],
  ]);
}

/** PowerShell runs with all rights of its account, so its scripts too come only from where the agent's own configuration says. */
async function scriptFolders(context: OpenContext): Promise<readonly string[] | undefined> {
  return context.scripts === undefined ? [] : (await context.scripts()).folders;
}

/** Starts an interpreter, here or over SSH, and imports the modules. */
export async function open(config: PowerShellConfig, context: OpenContext): Promise<PowerShellSession> {
  const words = [executable(config), ...interpreterArguments(config.executionPolicy)];
  const host = config.sshHost?.trim() ?? '';
  let ssh: SshSession | undefined;
  let command: StartedCommand;
  if (host === '') command = await new LocalProcess({ env: environment() }).start(words, context.signal);
  else {
    ssh = await connect(config, host, context);
    // None of these words has anything a shell would change, be it sh, cmd.exe or PowerShell.
    command = await ssh.start(ShellWords.posix(...words), context.signal);
  }
  try {
    const interpreter = await Interpreter.start(command, { prefix: config.VariablesPrefix.trim(), modules: config.PsModulesToImport, configuration: configurationForScripts(config) }, context.signal);
    context.log.debug({ version: interpreter.version }, 'PowerShell started.');
    const scripts = await context.shared('powershell-scripts', async () => new ScriptFiles(config, await scriptFolders(context)), async () => {});
    return { interpreter, config, log: context.log, scripts, close: async () => { await interpreter.close(); await ssh?.close(); } };
  } catch (error) {
    command.kill();
    await ssh?.close();
    throw error;
  }
}

export function close(session: PowerShellSession): Promise<void> {
  return session.close();
}

export async function isAlive({ interpreter }: PowerShellSession): Promise<boolean> {
  return interpreter.isUsable;
}
