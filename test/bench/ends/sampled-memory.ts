import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { quantile } from '../suite/rounds.js';

/** Of a process in a time, in bytes. */
export interface MemoryUse {
  readonly rssMedian: number;
  readonly rssPeak: number;
  readonly heapMedian: number;
  readonly heapPeak: number;
}

/** Flags of Node for a process whose memory is to be sampled into this file. */
export function samplingInto(file: string): string[] {
  return ['--import', `${pathToFileURL(join(import.meta.dirname, 'memory-samples.mjs')).href}?file=${encodeURIComponent(file)}`];
}

/** What was sampled between two times (`Date.now()`). */
export async function memoryBetween(file: string, from: number, to: number): Promise<MemoryUse> {
  const samples = (await readFile(file, 'utf8')).split('\n').map((line) => line.split(' ').map(Number)).filter(([at = 0]) => at >= from && at <= to);
  const column = (index: number): number[] => samples.map((sample) => sample[index] ?? 0);
  const [rss, heap] = [column(1), column(2)];
  return { rssMedian: quantile(rss, 0.5), rssPeak: Math.max(...rss), heapMedian: quantile(heap, 0.5), heapPeak: Math.max(...heap) };
}
