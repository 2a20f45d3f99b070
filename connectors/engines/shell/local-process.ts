import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { ConnectorError } from '../../../protocol/model/index.js';
import { commandLines, runToEnd } from './command-output.js';
import type { CommandEnd, CommandHost, RunOptions, RunResult, StartedCommand } from './command-run.js';

export interface LocalProcessOptions {
  /** The whole environment of the process, besides PATH and SystemRoot of the agent's own. Nothing else of the agent's is passed on. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly directory?: string | undefined;
}

/** Programs of this machine, started by themselves: there is no shell, so no word is ever taken for syntax. */
export class LocalProcess implements CommandHost<readonly string[]> {
  readonly name = `this machine (${hostname()})`;
  readonly #options: LocalProcessOptions;

  constructor(options: LocalProcessOptions = {}) {
    this.#options = options;
  }

  async start(argv: readonly string[], signal: AbortSignal): Promise<StartedCommand> {
    signal.throwIfAborted();
    const [program = '', ...given] = argv;
    if (program === '' || argv.some((word) => word.includes('\0'))) throw new ConnectorError('illegalArgument', 'A command needs the name of a program, and no word of it may hold a NUL character.', { outcome: 'notApplied' });
    const child = spawn(program, given, { env: this.#environment(), cwd: this.#options.directory, stdio: 'pipe', shell: false, windowsHide: true });
    const ended = new Promise<CommandEnd>((resolve) => { child.once('close', (exitCode, killedBy) => resolve({ exitCode, signal: killedBy })); });
    child.on('error', () => undefined);
    // What it does not want to read any more is its own business.
    child.stdin.on('error', () => undefined);
    try {
      await once(child, 'spawn', { signal });
    } catch (error) {
      child.kill('SIGKILL');
      throw signal.aborted ? signal.reason : notStarted(program, error);
    }
    return {
      name: `${program} on ${this.name}`, stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, ended,
      kill: () => {
        child.kill('SIGKILL');
        // What nobody reads would keep the pipes open.
        child.stdout.destroy();
        child.stderr.destroy();
      },
    };
  }

  run(argv: readonly string[], options: RunOptions): Promise<RunResult> {
    return runToEnd(() => this.start(argv, options.signal), options);
  }

  lines(argv: readonly string[], options: RunOptions): AsyncGenerator<readonly string[], RunResult, void> {
    return commandLines(() => this.start(argv, options.signal), options);
  }

  #environment(): Record<string, string> {
    const own = ['PATH', 'SystemRoot'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value] as const];
    });
    return { ...Object.fromEntries(own), ...this.#options.env };
  }
}

function notStarted(program: string, error: unknown): ConnectorError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const reason = code === 'ENOENT' ? 'there is no such program' : code === 'EACCES' ? 'the agent may not run it' : error instanceof Error ? error.message : String(error);
  return new ConnectorError(code === 'EACCES' ? 'permissionDenied' : code === 'ENOENT' ? 'configuration' : 'connectorIo', `${program} could not be started on the agent's machine: ${reason}. Check its path in the configuration.`, { cause: error, outcome: 'notApplied' });
}
