import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { loadTarget } from '../targets/index.js';
import type { InstrumentedFile } from './build.js';
import { Campaign, nameOf, numberBytes, type Crash, type Figures } from './campaign.js';
import { sharedCounters, type Coverage } from './coverage.js';

/** What a worker thread is started with. */
export interface WorkerTask {
  readonly target: string;
  readonly seed: number;
  readonly milliseconds: number;
  /** Files with counters, as JSON. */
  readonly files: string;
  /** Directories with inputs to begin with; what is found goes to the first. */
  readonly corpora: readonly string[];
  /** Number of inputs begun, length of the last one, then its bytes: read by the runner when the thread hangs or dies. */
  readonly current: SharedArrayBuffer;
}

export type WorkerReport =
  | { readonly kind: 'crash'; readonly crash: Crash }
  | { readonly kind: 'done'; readonly figures: Figures };

const LEAST_WORD = 2;

function inputsIn(directory: string): Uint8Array[] {
  try {
    return readdirSync(directory).filter((name) => !name.startsWith('.')).sort().map((name) => new Uint8Array(readFileSync(join(directory, name))));
  } catch {
    return [];                                             // nothing was kept there yet
  }
}

/** Texts and numbers of the files whose code ran, as bytes. */
function wordsOf(files: readonly InstrumentedFile[], coverage: Coverage): Uint8Array[] {
  const ran = files.filter(({ first, end }) => coverage.hasSeen(first, end));
  const words = new Set(ran.flatMap(({ words: all }) => all).filter((word) => word.length >= LEAST_WORD));
  const numbers = new Set(ran.flatMap(({ numbers: all }) => all));
  return [...[...words].map((word) => Buffer.from(word)), ...[...numbers].map(numberBytes)];
}

async function work(task: WorkerTask, report: (message: WorkerReport) => void): Promise<void> {
  sharedCounters();
  const target = await loadTarget(task.target);
  if (target === undefined) throw new Error(`There is no target ${task.target}.`);
  const files = JSON.parse(readFileSync(task.files, 'utf8')) as InstrumentedFile[];
  const [head, bytes] = [new Int32Array(task.current, 0, 2), new Uint8Array(task.current, 8)];
  const [kept] = task.corpora;
  if (kept !== undefined) mkdirSync(kept, { recursive: true });
  const campaign = new Campaign(target, {
    places: Math.max(...files.map(({ end }) => end)), seed: task.seed, milliseconds: task.milliseconds, known: task.corpora.flatMap(inputsIn).sort((a, b) => a.length - b.length),
    words: (coverage) => wordsOf(files, coverage),
    onInput: (input) => {
      const length = Math.min(input.length, bytes.length);
      bytes.set(input.subarray(0, length));
      head[1] = length;
      Atomics.add(head, 0, 1);
    },
    onCrash: (crash) => report({ kind: 'crash', crash }),
    onDropped: (input) => { if (kept !== undefined) rmSync(join(kept, nameOf(input)), { force: true }); },
    onKept: (input) => { if (kept !== undefined) writeFileSync(join(kept, nameOf(input)), input); },
  });
  report({ kind: 'done', figures: await campaign.run() });
}

const port = parentPort;
if (port !== null) {
  await work(workerData as WorkerTask, (message) => port.postMessage(message));
  // Whatever a target left behind must not keep the thread.
  process.exit(0);
}
