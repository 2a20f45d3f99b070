import { ConnectorError, GuardedString, type IcfValue } from '../../../protocol/model/index.js';
import { readWithin } from '../../engines/scripted/allowed-folders.js';
import type { StartedCommand } from '../../engines/shell/command-run.js';
import { LocalProcess } from '../../engines/shell/local-process.js';
import { openSsh } from '../../engines/shell/open-ssh.js';
import { ShellWords } from '../../engines/shell/shell-words.js';
import type { SshSession } from '../../engines/shell/ssh-session.js';
import type { OpenContext } from '../../framework/spi.js';
import { dotNetProperties, hostKeyOf, propertyBag, sshHostOf, type PowerShellConfig, type ScriptSlot } from './config.js';
import { interpreterArguments } from './host/bootstrap.js';
import { Interpreter } from './interpreter.js';

/** One interpreter with its configuration. */
export interface PowerShellSession {
  readonly interpreter: Interpreter;
  readonly config: PowerShellConfig;
  readonly scripts: ScriptFiles;
  close(): Promise<void>;
}

/** Bytes. */
const LARGEST_SCRIPT = 4 * 1024 ** 2;

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
    const unusable = (what: string, cause?: unknown) => new ConnectorError('configuration', `The script ${path} of ${slot} ${what}`, { cause, outcome: 'notApplied' });
    const found = await readWithin(slot, path, this.#folders, LARGEST_SCRIPT).catch((error: unknown) => {
      throw error instanceof ConnectorError ? error : unusable(`cannot be read by the agent. Let it be read, or correct ${slot}.`, error);
    });
    if (found === undefined) throw unusable(`does not exist. Put it there, or correct ${slot}.`);
    try {
      return new TextDecoder(encodingOf(found.bytes), { fatal: true }).decode(found.bytes);
    } catch (error) {
      throw unusable('is neither UTF-8 nor UTF-16 with a byte order mark. Save it as UTF-8.', error);
    }
  }
}

/**
 * By the byte order mark, as PowerShell does it; without one UTF-8, as PowerShell 6 and later. Windows PowerShell takes the code page
 * of its machine then (about_Character_Encoding), which is not known here.
 */
function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
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

function executable(config: PowerShellConfig): string {
  const given = (config.executable ?? '').trim();
  if (given !== '') return given;
  return process.platform === 'win32' && sshHostOf(config) === '' ? 'powershell.exe' : 'pwsh';
}

const CONNECTION_TIMEOUT = 30_000;

async function connect(config: PowerShellConfig, host: string, context: OpenContext): Promise<SshSession> {
  const { sshPrivateKey, sshPassword, sshPassphrase } = config;
  return await openSsh({
    host, port: config.sshPort, user: (config.sshUser ?? '').trim(), connectionTimeout: CONNECTION_TIMEOUT, hostKey: hostKeyOf(config),
    login: sshPrivateKey.length > 0 ? { kind: 'key', key: sshPrivateKey, passphrase: sshPassphrase } : { kind: 'password', password: requirePassword(sshPassword) },
  }, context);
}

function requirePassword(password: GuardedString | null): GuardedString {
  if (password === null) throw new ConnectorError('configuration', 'sshPassword or sshPrivateKey is missing.', { outcome: 'notApplied' });
  return password;
}

/** What scripts see as `$Connector.Configuration`: the properties of the .NET connector. Login and Password go by standard input, like everything. */
function configurationForScripts(config: PowerShellConfig): ReadonlyMap<IcfValue, IcfValue> {
  const valueOf = (name: keyof typeof dotNetProperties): IcfValue => {
    const value = config[name];
    return typeof value === 'object' && value !== null && !(value instanceof GuardedString) ? [...value] : value ?? null;
  };
  return new Map<IcfValue, IcfValue>([
    ...Object.keys(dotNetProperties).map((name): [string, IcfValue] => [name, valueOf(name as keyof typeof dotNetProperties)]),
    ['PropertyBag', new Map<IcfValue, IcfValue>(propertyBag(config))],
  ]);
}

/** PowerShell runs with all rights of its account, so its scripts too come only from where the agent's own configuration says. */
async function scriptFolders(context: OpenContext): Promise<readonly string[] | undefined> {
  return context.scripts === undefined ? [] : (await context.scripts()).folders;
}

/** Starts an interpreter, here or over SSH, and imports the modules. */
export async function open(config: PowerShellConfig, context: OpenContext): Promise<PowerShellSession> {
  const words = [executable(config), ...interpreterArguments(config.executionPolicy)];
  const host = sshHostOf(config);
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
    return { interpreter, config, scripts, close: async () => { await interpreter.close(); await ssh?.close(); } };
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
