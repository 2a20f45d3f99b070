import { createHash } from 'node:crypto';
import { getHeapStatistics } from 'node:v8';
import { Coverage, sharedCounters } from './coverage.js';
import { minimise } from './minimise.js';
import { mutate, type MutationSource } from './mutate.js';
import { Random } from './random.js';
import { DEFAULT_BOUNDS, Finding, check, type Bounds, type FuzzTarget } from './target.js';
import { threadMilliseconds } from './thread-time.js';

export interface Crash {
  /** The same for inputs that fail at the same place. */
  readonly signature: string;
  readonly explanation: string;
  readonly input: Uint8Array;
}

export interface Figures {
  inputs: number;
  /** Inputs kept because they reached something new, seeds included. */
  corpus: number;
  /** Places of the code passed. */
  places: number;
  /** Of those, by mutated and generated inputs only. */
  newPlaces: number;
  slowestMilliseconds: number;
  slowestBytes: number;
  /** Largest heap with what it holds outside, in bytes. */
  peakMemory: number;
  /** Most one input took, in bytes. */
  largestGrowth: number;
}

export interface CampaignOptions {
  readonly seed: number;
  readonly milliseconds: number;
  readonly words: (coverage: Coverage) => readonly Uint8Array[];
  /** Number of places there are. */
  readonly places: number;
  /** Inputs of earlier runs and regressions. */
  readonly known: readonly Uint8Array[];
  /** Told before an input runs, so that a hang has a culprit. */
  onInput(input: Uint8Array): void;
  onCrash(crash: Crash): void;
  onKept(input: Uint8Array): void;
  /** An input of an earlier run that leads nowhere the others do not: it need not be kept any longer. */
  onDropped(input: Uint8Array): void;
}

/** A slow or greedy input is tried again: the machine has other work, and a first call has code to compile. */
const RETRIES = 4;
const MINIMISE_MILLISECONDS = 4000;
const LARGEST_CORPUS = 4000;
/** After so many different crashes a target is broken rather than fuzzed. */
const MOST_CRASHES = 20;

function memory(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

function prototypesAreClean(): boolean {
  for (const _ in {}) return false;
  return Reflect.ownKeys(Object.prototype).length === CLEAN_OBJECT && Reflect.ownKeys(Array.prototype).length === CLEAN_ARRAY;
}
const CLEAN_OBJECT = Reflect.ownKeys(Object.prototype).length;
const CLEAN_ARRAY = Reflect.ownKeys(Array.prototype).length;

/** Frames of what invariants are checked with. */
const HELPERS = /\b(?:check|checkRefusal|refusable|refusableLater)\b/;

/** Where an error comes from, without line numbers of what is thrown through. */
export function signatureOf(error: unknown): string {
  if (!(error instanceof Error)) return `thrown: ${String(error).slice(0, 80)}`;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const frame = frames.find((line) => !HELPERS.test(line))?.replace(/^\s+at /, '') ?? '';
  const kind = error instanceof Finding ? error.message.replace(/[0-9]+/g, 'N').slice(0, 80) : error.name;
  return `${kind} at ${frame.replace(/\(.*\/|\)$/g, '')}`;
}

/** Fuzzes one target: keeps what reaches new code, mutates what it keeps, reports what breaks an invariant. */
export class Campaign {
  readonly figures: Figures = { inputs: 0, corpus: 0, places: 0, newPlaces: 0, slowestMilliseconds: 0, slowestBytes: 0, peakMemory: 0, largestGrowth: 0 };
  readonly #target: FuzzTarget;
  readonly #options: CampaignOptions;
  readonly #bounds: Bounds;
  readonly #random: Random;
  readonly #coverage: Coverage;
  readonly #corpus: Uint8Array[] = [];
  readonly #signatures = new Set<string>();
  #source: MutationSource = { words: [], other: () => new Uint8Array() };

  constructor(target: FuzzTarget, options: CampaignOptions) {
    this.#target = target;
    this.#options = options;
    this.#bounds = { ...DEFAULT_BOUNDS, ...target.bounds };
    this.#random = new Random(options.seed);
    this.#coverage = new Coverage(sharedCounters(), options.places);
  }

  async run(): Promise<Figures> {
    const end = performance.now() + this.#options.milliseconds;
    for (const input of this.#target.seeds()) await this.#try(Uint8Array.from(input.subarray(0, this.#bounds.bytes)), false);
    for (const input of this.#options.known) {
      if (!await this.#try(Uint8Array.from(input.subarray(0, this.#bounds.bytes)), false)) this.#options.onDropped(input);
    }
    if (this.#corpus.length === 0) this.#corpus.push(new Uint8Array([0]));
    const seeded = this.#coverage.places;
    const words = [...(this.#target.words ?? []).map((word) => Buffer.from(word)), ...this.#options.words(this.#coverage)];
    this.#source = { words, other: () => this.#random.pick(this.#corpus) ?? new Uint8Array() };
    while (performance.now() < end && this.#signatures.size < MOST_CRASHES) await this.#try(this.#next(), true);
    return Object.assign(this.figures, { corpus: this.#corpus.length, places: this.#coverage.places, newPlaces: this.#coverage.places - seeded });
  }

  #next(): Uint8Array {
    const random = this.#random;
    if (this.#target.generate !== undefined && random.oneIn(20)) return Uint8Array.from(this.#target.generate(random).subarray(0, this.#bounds.bytes));
    // What was found last is the likeliest to lead further.
    const recent = Math.min(this.#corpus.length, 32);
    const first = random.oneIn(3) ? this.#corpus[this.#corpus.length - 1 - random.below(recent)] : random.pick(this.#corpus);
    const second = random.pick(this.#corpus);
    // Short inputs are quick, and a change in them more likely matters.
    const parent = first !== undefined && second !== undefined && second.length < first.length && !random.oneIn(4) ? second : first;
    return mutate(parent ?? new Uint8Array(), random, this.#source, this.#bounds.bytes);
  }

  /** Whether the input joined the corpus. */
  async #try(input: Uint8Array, isNew: boolean): Promise<boolean> {
    this.#coverage.reset();
    this.figures.inputs++;
    const error = await this.#measured(input);
    if (error !== undefined) {
      await this.#crashed(input, error);
      return false;
    }
    if (this.#coverage.take() === 0 || this.#corpus.length >= LARGEST_CORPUS) return false;
    this.#corpus.push(input);
    if (isNew) this.#options.onKept(input);
    return true;
  }

  /** What is wrong with the input; undefined when nothing is. */
  async #measured(input: Uint8Array): Promise<unknown> {
    const before = memory();
    const started = performance.now();
    const error = await this.#failure(input);
    const milliseconds = performance.now() - started;
    const after = memory();
    const { figures } = this;
    figures.peakMemory = Math.max(figures.peakMemory, after);
    if (error !== undefined) return error;
    if (milliseconds > figures.slowestMilliseconds || after - before > figures.largestGrowth) return this.#measureAgain(input, milliseconds, after - before);
    return undefined;
  }

  /** The least of several runs counts, and of one that is late the time at work: what is left then is the input's own doing. */
  async #measureAgain(input: Uint8Array, firstMilliseconds: number, firstGrowth: number): Promise<unknown> {
    let passed = firstMilliseconds;
    let atWork = Infinity;
    let growth = firstGrowth;
    for (let retry = 0; retry < RETRIES; retry++) {
      const before = memory();
      const started = performance.now();
      const workStarted = threadMilliseconds();
      const error = await this.#failure(input);
      if (error !== undefined) return error;
      passed = Math.min(passed, performance.now() - started);
      atWork = Math.min(atWork, threadMilliseconds() - workStarted);
      growth = Math.min(growth, Math.max(0, memory() - before));
    }
    const milliseconds = passed > this.#bounds.milliseconds ? atWork : passed;
    const { figures } = this;
    if (milliseconds > figures.slowestMilliseconds) {
      figures.slowestMilliseconds = milliseconds;
      figures.slowestBytes = input.length;
    }
    figures.largestGrowth = Math.max(figures.largestGrowth, growth);
    try {
      const allowed = this.#bounds.base + this.#bounds.perByte * input.length;
      check(milliseconds <= this.#bounds.milliseconds, `takes ${Math.round(milliseconds)} ms for ${input.length} bytes`);
      check(growth <= allowed, `takes ${growth} bytes of memory for ${input.length} bytes`);
    } catch (finding) {
      return finding;
    }
    return undefined;
  }

  async #failure(input: Uint8Array): Promise<unknown> {
    this.#options.onInput(input);
    try {
      await this.#target.run(input);
      check(prototypesAreClean(), 'changed a prototype');
    } catch (error) {
      return error ?? new Finding('threw nothing');
    }
    return undefined;
  }

  async #crashed(input: Uint8Array, error: unknown): Promise<void> {
    const signature = signatureOf(error);
    if (this.#signatures.has(signature)) return;
    this.#signatures.add(signature);
    const end = performance.now() + MINIMISE_MILLISECONDS;
    const smallest = await minimise(input, async (candidate) => {
      const found = await this.#failure(candidate);
      return found !== undefined && signatureOf(found) === signature;
    }, () => performance.now() < end);
    this.#options.onCrash({ signature, explanation: error instanceof Error ? error.stack ?? error.message : String(error), input: smallest });
  }
}

/** A name for an input that is the same wherever it is found. */
export function nameOf(input: Uint8Array): string {
  return createHash('sha256').update(input).digest('hex').slice(0, 16);
}

/** A number as it may stand in an input: one byte, or four with the highest first. */
export function numberBytes(number: number): Uint8Array {
  return number < 0x100 ? Uint8Array.of(number) : Uint8Array.of(number >>> 24, (number >>> 16) & 0xff, (number >>> 8) & 0xff, number & 0xff);
}
