import { readFile, writeFile } from 'node:fs/promises';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { until } from '../../support/until.js';

/** What a process is told of names. */
export type NameAnswer = { readonly address: string } | { readonly error: string } | { readonly silent: true };

interface Told {
  /** Milliseconds its wall clock is off. */
  readonly clock: number;
  readonly names: Readonly<Record<string, NameAnswer>>;
  /** Directories it finds full. */
  readonly full: readonly string[];
}

const ACK_LIMIT = 30_000;

/** Bends what the operating system tells one of our processes; see process-hooks.mjs. A restarted process is told the same. */
export class HookedProcess {
  /** For the start of the process. */
  readonly nodeOptions: readonly string[];
  readonly #file: string;
  #told: Told;
  #version = 0;

  constructor(file: string, told: Partial<Told> = {}) {
    this.#file = file;
    this.#told = { clock: 0, names: {}, full: [], ...told };
    const hooks = pathToFileURL(join(import.meta.dirname, 'process-hooks.mjs'));
    hooks.searchParams.set('control', file);
    this.nodeOptions = ['--import', hooks.href];
    this.#save();
  }

  get told(): Told {
    return this.#told;
  }

  /** Resolves once the process goes by it; with no process (undefined), the next one will. */
  async tell(change: Partial<Told>, process: { readonly pid: number; readonly isRunning: boolean; signal(name: NodeJS.Signals): void } | undefined): Promise<void> {
    this.#told = { ...this.#told, ...change };
    this.#version++;
    const version = String(this.#version);
    await writeFile(this.#file, this.#text());
    if (process?.isRunning !== true) return;
    process.signal('SIGUSR2');
    await until(async () => !process.isRunning || (existsSync(`${this.#file}.ack`) && await readFile(`${this.#file}.ack`, 'utf8') === version), `process ${process.pid} to take what it is told`, ACK_LIMIT);
  }

  #text(): string {
    return JSON.stringify({ ...this.#told, version: this.#version });
  }

  #save(): void {
    if (existsSync(this.#file)) this.#version = (JSON.parse(readFileSync(this.#file, 'utf8')) as { version: number }).version;
    writeFileSync(this.#file, this.#text());
  }
}
