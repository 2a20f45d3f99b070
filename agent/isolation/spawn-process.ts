import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { PassThrough, type Duplex, type Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { LIFELINE, PIPE } from './pipe-numbers.js';
import type { ProcessExit } from './process-end.js';

const MIB = 1024 ** 2;
/** What Node takes besides the objects of JavaScript: code, stacks, buffers of pipes. */
const BESIDES_OBJECTS = 80;
/** Of a large budget, so much at most for objects: buffers of sockets and files are not among them. */
const MOST_FOR_OBJECTS = 0.85;
/** Memory for new objects; see young-generation.ts. MiB. */
const YOUNG = 4;
/** Of standard error, to find V8's last word in. Characters. */
const LAST_WORDS = 8192;
/** Milliseconds standard error may take after the end. */
const FLUSH_TIME = 500;

/** Of the agent's environment, what programs need to speak a language, tell the time and trust authorities; no secret is among it. */
const PASSED: readonly string[] = ['PATH', 'TZ', 'LANG', 'LC_ALL', 'LC_CTYPE', 'LC_TIME', 'TMPDIR', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'SystemRoot', 'windir', 'TEMP', 'TMP'];
/** Flags of the agent's own Node that connections of connectors depend on. */
const PASSED_FLAGS = /^--(?:use-openssl-ca|use-bundled-ca|use-system-ca|tls-(?:min|max)-v1\.[0-3]|tls-cipher-list=.*|openssl-(?:config=.*|legacy-provider|shared-config)|enable-fips|force-fips|dns-result-order=.*)$/;

/** A process that was started, or was tried to be: then `ended` says so. */
export interface StartedProcess {
  readonly pid: number | undefined;
  readonly pipe: Duplex;
  readonly ended: Promise<ProcessExit>;
  /** Bytes; undefined where the system does not say. Never rejects. */
  memory(): Promise<number | undefined>;
  /** At once, whatever it is doing. */
  kill(): void;
}

export interface SpawnOptions {
  /** Shown in the list of processes. */
  readonly label: string;
  /** Bytes. */
  readonly memory: number;
  /** Names of further variables of the agent's environment. */
  readonly environment: readonly string[];
  /** The main program; another one in tests. */
  readonly program?: string | undefined;
}

/**
 * Starts a connector's process: no shell, no input, a handful of variables, and of the agent's open files none but two pipes.
 * Nothing secret is among arguments or environment, which other users of the machine may read.
 */
export function spawnProcess({ label, memory, environment, program = fileURLToPath(new URL('./child/main.js', import.meta.url)) }: SpawnOptions): StartedProcess {
  const child = spawn(process.execPath, [...nodeFlags(memory), program, label], { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'], env: environmentOf(environment), windowsHide: true });
  // There are none where the agent has no file descriptors left: 'error' says so.
  const pipes = (child.stdio as readonly unknown[] | undefined) ?? [];
  const words = lastWords(pipes[2] as Readable | undefined);
  (pipes[LIFELINE] as Duplex | undefined)?.on('error', () => undefined).resume();
  const ended = new Promise<ProcessExit>((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => { resolve({ code: null, signal: null, heapExhausted: false, failure: error.code ?? error.message }); });
    const exited = (code: number | null, signal: string | null) => (): void => { resolve({ code, signal, heapExhausted: words().includes('JavaScript heap out of memory') }); };
    child.once('exit', (code, signal) => { setTimeout(exited(code, signal), FLUSH_TIME).unref(); });
    child.once('close', (code, signal) => { exited(code, signal)(); });
  });
  const { pid } = child;
  return { pid, pipe: pipes[PIPE] as Duplex | undefined ?? new PassThrough().destroy(), ended, memory: () => residentMemory(pid), kill: () => { child.kill('SIGKILL'); } };
}

/** The heap is bounded below the budget, so that garbage is collected before the whole process is over it. */
export function nodeFlags(memory: number, own: readonly string[] = process.execArgv): string[] {
  const budget = Math.floor(memory / MIB);
  const objects = Math.min(budget - BESIDES_OBJECTS, Math.floor(budget * MOST_FOR_OBJECTS));
  return [...own.filter((flag) => PASSED_FLAGS.test(flag)), `--max-old-space-size=${objects}`, `--max-semi-space-size=${YOUNG}`];
}

export function environmentOf(further: readonly string[], own: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries([...PASSED, ...further].flatMap((name) => (own[name] === undefined ? [] : [[name, own[name]]])));
}

/** Never logged: whatever a library writes there may hold anything. */
function lastWords(stream: Readable | undefined): () => string {
  let text = '';
  stream?.setEncoding('utf8').on('data', (more: string) => { text = (text + more).slice(-LAST_WORDS); });
  stream?.on('error', () => undefined);
  return () => text;
}

/** Linux only; elsewhere the process says itself what it uses. */
async function residentMemory(pid: number | undefined): Promise<number | undefined> {
  if (pid === undefined || process.platform !== 'linux') return undefined;
  try {
    const kibibytes = /^VmRSS:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}
