import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { cpuSecondsOf } from '../../interop/bench/measured-server.js';

/** Loads a module of the build by its path below dist/. */
export type Built = (path: string) => Promise<unknown>;
/** What a module for a child exports as `methods`: arguments and results travel as JSON. */
export type ChildMethods = Readonly<Record<string, (argument: never) => Promise<unknown>>>;

const SCRIPT = join(import.meta.dirname, '../../../scripts/bench-child.mjs');

interface Answer { readonly id: number; readonly result?: unknown; readonly error?: string }
interface Pending { resolve(result: unknown): void; reject(error: Error): void }

/** A process of a benchmark's own, so that neither its work nor its garbage is that of what is measured. */
export class Child<M extends ChildMethods> {
  readonly #process: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  private constructor(process: ChildProcess) {
    this.#process = process;
    process.on('message', ({ id, result, error }: Answer) => {
      const pending = this.#pending.get(id);
      this.#pending.delete(id);
      if (error === undefined) pending?.resolve(result);
      else pending?.reject(new Error(error));
    });
    process.once('exit', (code, signal) => {
      for (const { reject } of this.#pending.values()) reject(new Error(`the benchmark's process ended with ${signal ?? code}`));
      this.#pending.clear();
    });
  }

  /** `module`: path from the root of the repository. Resolves when its methods can be called. */
  static async start<M extends ChildMethods>(module: string, nodeOptions: readonly string[] = []): Promise<Child<M>> {
    const child = new Child<M>(fork(SCRIPT, [module], { execArgv: [...nodeOptions], env: { ...process.env, NODE_OPTIONS: '' }, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
    await new Promise<unknown>((resolve, reject) => { child.#pending.set(0, { resolve, reject }); });
    return child;
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Seconds of processor time used so far. */
  cpuSeconds(): number {
    return cpuSecondsOf(this.pid);
  }

  call<K extends keyof M & string>(method: K, argument?: Parameters<M[K]>[0]): Promise<Awaited<ReturnType<M[K]>>> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: (result) => resolve(result as Awaited<ReturnType<M[K]>>), reject });
      this.#process.send({ id, method, argument: argument as unknown });
    });
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = new Promise((resolve) => { this.#process.once('exit', resolve); });
    this.#process.disconnect();
    const late = setTimeout(() => this.#process.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(late);
  }
}
