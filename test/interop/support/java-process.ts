import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { javaClassPath } from './java-build.js';

const MAX_ERROR_LINES = 2000;
const STOP_LIMIT_MS = 10_000;

export interface JavaProcessOptions {
  readonly mainClass: string;
  readonly args: readonly string[];
  /** As -Xmx takes it. */
  readonly heap?: string;
  readonly jvmArguments?: readonly string[];
  readonly onLine: (line: string) => void;
}

/** Arguments of a dialling program for TLS; the JVM-wide defaults are all that the framework's dialler looks at. */
export function tlsArguments(options: { readonly trust?: string; readonly identity?: { readonly certificate: string; readonly key: string } }): string[] {
  const { trust, identity } = options;
  return [
    ...trust === undefined ? [] : ['--trust', trust],
    ...identity === undefined ? [] : ['--certificate', identity.certificate, '--private-key', identity.key],
  ];
}

/** A JVM with one of our programs. It ends by itself when its standard input closes, so a dead test leaves none behind. */
export class JavaProcess {
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #errors: string[] = [];
  #end: string | undefined;

  constructor(options: JavaProcessOptions) {
    const jvm = [`-Xmx${options.heap ?? '512m'}`, '-XX:+UseSerialGC', '-Dfile.encoding=UTF-8', ...options.jvmArguments ?? []];
    this.#child = spawn('java', [...jvm, '-cp', javaClassPath(), options.mainClass, ...options.args], { stdio: ['pipe', 'pipe', 'pipe'] });
    createInterface({ input: this.#child.stdout! }).on('line', options.onLine);
    createInterface({ input: this.#child.stderr! }).on('line', (line) => this.#takeError(line));
    this.#child.stdin!.on('error', () => undefined); // a JVM that died says so by its end
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => this.#takeError(`cannot be started: ${error.message}`));
      this.#child.once('close', (code, signal) => {
        this.#end = `The JVM of ${options.mainClass} ended with ${signal ?? code}.`;
        resolve();
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#end === undefined;
  }

  /** Why it ended and its last log lines. */
  describeEnd(): string {
    return `${this.#end ?? 'The JVM is running.'}\n${this.errorTail()}`;
  }

  /** The last lines of its log. */
  errorTail(lines = 40): string {
    return this.#errors.slice(-lines).join('\n');
  }

  write(line: string): void {
    this.#child.stdin!.write(`${line}\n`);
  }

  /** Closes its standard input, on which it ends in order; kills it when it does not. */
  async stop(): Promise<void> {
    if (this.#end !== undefined) return;
    this.#child.stdin!.end();
    const late = setTimeout(() => this.#child.kill('SIGKILL'), STOP_LIMIT_MS);
    await this.ended;
    clearTimeout(late);
  }

  /** SIGKILL, and waits for the end. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  #takeError(line: string): void {
    this.#errors.push(line);
    if (this.#errors.length > MAX_ERROR_LINES) this.#errors.splice(0, MAX_ERROR_LINES / 2);
  }
}
