import { spawn, type ChildProcess } from 'node:child_process';
import { SecretError } from '../secret-error.js';
import { MAX_SECRET_BYTES, secretOf, type SecretValue } from '../secret-value.js';
import { codeOf } from './read-file.js';

/** A program that prints a secret, as the agent's configuration names it. Nothing a controller says gets into it. */
export interface SecretCommand {
  /** Program and arguments; the program by its path. No shell sees them. */
  readonly argv: readonly string[];
  /** Milliseconds, after which it is killed with everything it started. */
  readonly timeout: number;
  /** Variables of the agent's environment that it gets; of the others, none. */
  readonly environment: readonly string[];
}

const SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Runs it and takes what it prints on standard output; standard error goes nowhere, since it may hold what it should not. */
export async function readFromCommand(name: string, command: SecretCommand, environment: NodeJS.ProcessEnv): Promise<SecretValue> {
  const what = `The secret command ${name}`;
  const [program = '', ...args] = command.argv;
  const child = spawn(program, args, {
    shell: false, cwd: '/', windowsHide: true, stdio: ['ignore', 'pipe', 'ignore'], env: childEnvironment(command.environment, environment),
    detached: true, // a process group of its own, to be killed as a whole
  });
  let timer: NodeJS.Timeout | undefined;
  const state = { closed: false };
  child.once('close', () => { state.closed = true; });
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => { reject(new SecretError(`${what} did not end within ${command.timeout} ms and was stopped.`)); }, command.timeout);
  });
  try {
    return secretOf(await Promise.race([outputOf(child, what), late]), `What the secret command ${name} printed`);
  } finally {
    clearTimeout(timer);
    if (!state.closed) killGroup(child);
  }
}

function childEnvironment(names: readonly string[], environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const passed = names.flatMap((name): [string, string][] => (environment[name] === undefined ? [] : [[name, environment[name]]]));
  return { PATH: SEARCH_PATH, LANG: 'C.UTF-8', ...Object.fromEntries(passed) };
}

async function outputOf(child: ChildProcess, what: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      let length = 0;
      child.stdout?.on('data', (piece: Buffer) => {
        pieces.push(piece);
        length += piece.length;
        if (length > MAX_SECRET_BYTES) reject(new SecretError(`${what} printed more than ${MAX_SECRET_BYTES} bytes.`));
      });
      child.once('error', (error) => { reject(new SecretError(`${what} cannot be started (${codeOf(error)}).`)); });
      child.once('close', (code, signal) => {
        if (code === 0) resolve();
        else reject(new SecretError(`${what} ended with ${signal === null ? `exit code ${code ?? '?'}` : `signal ${signal}`}; run it by hand as the agent's user to see why.`));
      });
    });
    return Buffer.concat(pieces);
  } finally {
    for (const piece of pieces) piece.fill(0);
  }
}

/** It, and what it started. As long as one of them lives, the number of the group is nobody else's. */
function killGroup(child: ChildProcess): void {
  child.stdout?.destroy();
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL'); // it could not be started, or nobody is left; or a system without process groups
  }
}
