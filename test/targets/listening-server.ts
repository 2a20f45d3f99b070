import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';

const START_LIMIT_MS = 20_000;
const STOP_LIMIT_MS = 5_000;

/** A server program in the foreground, up when its ports on loopback answer. Can be started again after it was stopped. */
export class ListeningServer {
  readonly #program: string;
  readonly #argv: readonly string[];
  readonly #env: Readonly<Record<string, string>> | undefined;
  readonly #ports: readonly number[];
  #process: ChildProcess | undefined;
  #output = '';

  constructor(program: string, argv: readonly string[], ports: number | readonly number[], env?: Readonly<Record<string, string>>) {
    this.#program = program;
    this.#argv = argv;
    this.#ports = [ports].flat();
    this.#env = env;
  }

  /** 0 while it does not run. */
  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** Rejects with what the program printed when it ends, or does not answer within 20 s. */
  async start(): Promise<void> {
    const child = spawn(this.#program, this.#argv, { stdio: ['ignore', 'pipe', 'pipe'], ...(this.#env === undefined ? {} : { env: this.#env }) });
    for (const output of [child.stdout, child.stderr]) output.on('data', (chunk: Buffer) => { this.#output = (this.#output + chunk.toString()).slice(-4000); });
    this.#process = child;
    // A test run that ends in the middle leaves no server behind.
    const onExit = (): void => void child.kill('SIGKILL');
    process.once('exit', onExit);
    child.once('exit', () => process.off('exit', onExit));
    const deadline = Date.now() + START_LIMIT_MS;
    while (!(await Promise.all(this.#ports.map(answers))).every(Boolean)) {
      if (child.exitCode !== null) throw new Error(`${this.#program} ended with ${child.exitCode}: ${this.#output}`);
      if (Date.now() > deadline) {
        await this.stop();
        throw new Error(`${this.#program} did not answer on ${this.#ports.join(' and ')} within ${START_LIMIT_MS} ms: ${this.#output}`);
      }
      await new Promise((resolve) => { setTimeout(resolve, 25); });
    }
  }

  /** `signal`: the one by which the program ends without waiting for its clients. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await exited;
    clearTimeout(timer);
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => { socket.destroy(); resolve(true); });
    socket.once('error', () => resolve(false));
  });
}
