import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { buildInstrumented, type FuzzBuild } from './build.js';
import { nameOf, type Crash, type Figures } from './campaign.js';
import type { WorkerReport, WorkerTask } from './worker.js';

export interface FuzzOptions {
  readonly root: string;
  readonly targets: readonly string[];
  readonly seconds: number;
  /** Undefined: another one each time, and what earlier runs found is used. */
  readonly seed: number | undefined;
  /** Threads at the same time. */
  readonly workers: number;
  /** Puts crashes where the unit tests run them from now on. */
  readonly keep: boolean;
  report(line: string): void;
  /** Called whenever a target is done, with all that are. */
  onResults?(results: readonly TargetResult[]): void;
}

export interface TargetResult {
  readonly target: string;
  readonly seed: number;
  readonly seconds: number;
  readonly figures: Figures;
  readonly crashes: readonly string[];
}

/** A thread that began no other input for so long hangs. */
const HANG_MILLISECONDS = 10_000;
const LONGEST_INPUT = 256 * 1024;
const HEAP_MEGABYTES = 768;
const MOST_RESTARTS = 3;

/** Fuzzes one target in threads of its own; a thread that hangs or dies is a crash, and another one goes on. */
class TargetRun {
  readonly #options: FuzzOptions;
  readonly #build: FuzzBuild;
  readonly #target: string;
  readonly #seed: number;
  readonly #directory: string;
  readonly #crashes = new Map<string, Crash>();
  readonly #current = new SharedArrayBuffer(8 + LONGEST_INPUT);
  readonly #figures: Figures = { inputs: 0, corpus: 0, places: 0, newPlaces: 0, slowestMilliseconds: 0, slowestBytes: 0, peakMemory: 0, largestGrowth: 0 };

  constructor(target: string, seed: number, build: FuzzBuild, options: FuzzOptions) {
    this.#options = options;
    this.#build = build;
    this.#target = target;
    this.#seed = seed;
    this.#directory = join(options.root, 'var/fuzz', target);
  }

  async run(): Promise<TargetResult> {
    mkdirSync(this.#directory, { recursive: true });
    const started = Date.now();
    const end = started + this.#options.seconds * 1000;
    for (let round = 0; round <= MOST_RESTARTS && Date.now() < end; round++) {
      if (await this.#thread(this.#seed + round, end - Date.now())) break;
    }
    return {
      target: this.#target, seed: this.#seed, seconds: Math.round((Date.now() - started) / 1000), figures: this.#figures,
      crashes: [...this.#crashes.keys()],
    };
  }

  #task(seed: number, milliseconds: number): WorkerTask {
    const { root, seed: chosen } = this.#options;
    const regressions = join(root, 'test/fuzz/regressions', this.#target);
    const corpus = join(this.#directory, chosen === undefined ? 'corpus' : `corpus-${chosen}`);
    if (chosen !== undefined) rmSync(corpus, { recursive: true, force: true });
    return { target: this.#target, seed, milliseconds, files: join(this.#build.worker, '../files.json'), corpora: [corpus, regressions], current: this.#current };
  }

  /** True when the thread came to its end by itself. */
  #thread(seed: number, milliseconds: number): Promise<boolean> {
    const worker = new Worker(this.#build.worker, { workerData: this.#task(seed, milliseconds), resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES }, stdout: true });
    const head = new Int32Array(this.#current, 0, 2);
    let last = -1;
    return new Promise((resolve) => {
      let isDone = false;
      const watch = setInterval(() => {
        const begun = Atomics.load(head, 0);
        if (begun === last && begun > 0) this.#lost('hangs', worker);
        last = begun;
      }, HANG_MILLISECONDS);
      worker.stdout.resume();
      worker.on('message', (message: WorkerReport) => {
        if (message.kind === 'crash') return this.#keep(message.crash);
        isDone = true;
        this.#add(message.figures);
      });
      worker.on('error', (error: unknown) => this.#lost(error instanceof Error ? error.stack ?? error.message : String(error), worker));
      worker.on('exit', () => {
        clearInterval(watch);
        if (!isDone && this.#crashes.size === 0) this.#lost('ended without a word', worker);
        this.#figures.inputs += isDone ? 0 : Atomics.load(head, 0);
        Atomics.store(head, 0, 0);
        resolve(isDone);
      });
    });
  }

  #lost(why: string, worker: Worker): void {
    const length = Atomics.load(new Int32Array(this.#current, 0, 2), 1);
    this.#keep({ signature: `the thread ${why.slice(0, 100)}`, explanation: why, input: new Uint8Array(this.#current, 8, length).slice() });
    worker.terminate().catch(() => undefined);
  }

  #add(figures: Figures): void {
    const mine = this.#figures;
    mine.inputs += figures.inputs;
    mine.corpus = Math.max(mine.corpus, figures.corpus);
    mine.places = Math.max(mine.places, figures.places);
    mine.newPlaces = Math.max(mine.newPlaces, figures.newPlaces);
    mine.peakMemory = Math.max(mine.peakMemory, figures.peakMemory);
    mine.largestGrowth = Math.max(mine.largestGrowth, figures.largestGrowth);
    if (figures.slowestMilliseconds <= mine.slowestMilliseconds) return;
    mine.slowestMilliseconds = figures.slowestMilliseconds;
    mine.slowestBytes = figures.slowestBytes;
  }

  #keep(crash: Crash): void {
    if (this.#crashes.has(crash.signature)) return;
    this.#crashes.set(crash.signature, crash);
    const name = `crash-${nameOf(crash.input)}`;
    const path = join(this.#directory, name);
    writeFileSync(path, crash.input);
    writeFileSync(`${path}.txt`, `${crash.signature}\n\n${crash.explanation}\n`);
    // The input itself too: a CI machine is gone with its files before anybody looks.
    const short = crash.input.length > LONGEST_SHOWN ? '' : `: ${Buffer.from(crash.input).toString('base64')}`;
    this.#options.report(`FAILED: fuzzing of ${this.#target}: ${crash.signature} (${crash.input.length} bytes, var/fuzz/${this.#target}/${name}${short})`);
    if (!this.#options.keep) return;
    const regressions = join(this.#options.root, 'test/fuzz/regressions', this.#target);
    mkdirSync(regressions, { recursive: true });
    copyFileSync(path, join(regressions, name));
  }
}

/** Every target for its time, some at a time. */
export async function fuzz(options: FuzzOptions): Promise<TargetResult[]> {
  const build = await buildInstrumented(options.root, join(options.root, 'var/fuzz/build'));
  const waiting = [...options.targets];
  const results: TargetResult[] = [];
  const inOrder = (): TargetResult[] => [...results].sort((a, b) => options.targets.indexOf(a.target) - options.targets.indexOf(b.target));
  const lane = async (): Promise<void> => {
    for (let target = waiting.shift(); target !== undefined; target = waiting.shift()) {
      const seed = options.seed ?? Math.floor(Math.random() * 0x7fffffff);
      const result = await new TargetRun(target, seed, build, options).run();
      results.push(result);
      options.report(resultLine(result));
      options.onResults?.(inOrder());
    }
  };
  await Promise.all(Array.from({ length: options.workers }, lane));
  return inOrder();
}

/** Bytes of an input that is printed. */
const LONGEST_SHOWN = 600;
const MEBIBYTE = 1024 * 1024;

export function resultLine({ target, seed, figures, crashes }: TargetResult): string {
  return `${target}: ${figures.inputs} inputs (seed ${seed}), ${figures.places} places of code, ${figures.newPlaces} of them beyond the seeds, `
    + `corpus ${figures.corpus}, slowest ${figures.slowestMilliseconds.toFixed(1)} ms for ${figures.slowestBytes} bytes, `
    + `memory ${(figures.peakMemory / MEBIBYTE).toFixed(0)} MiB, one input at most ${(figures.largestGrowth / MEBIBYTE).toFixed(1)} MiB, crashes ${crashes.length}`;
}
