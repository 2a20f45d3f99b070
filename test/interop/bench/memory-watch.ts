import { median } from './figures.js';
import type { MeasuredServer } from './measured-server.js';

/** Milliseconds between two looks. */
const EVERY = 250;
/** What happened right before a phase still shows in its first looks. */
const SETTLING = 1_000;
const MINUTE = 60_000;

/** What a process held in a time, in bytes. */
export interface PhaseMemory {
  readonly looks: number;
  readonly min: number;
  readonly median: number;
  readonly max: number;
  /** Bytes a minute, of the line that fits best. */
  readonly slope: number;
  /** Median of the last quarter less that of the first. */
  readonly growth: number;
  /** Processor time the process used in it, in seconds. */
  readonly cpuSeconds: number;
}

interface Look { readonly at: number; readonly bytes: number }
interface Phase { readonly name: string; readonly looks: Look[]; readonly cpuBefore: number; cpuAfter: number }

/** Looks at a process's memory every quarter of a second, in phases. */
export class MemoryWatch {
  readonly #server: MeasuredServer;
  readonly #phases: Phase[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(server: MeasuredServer, first: string) {
    this.#server = server;
    this.enter(first);
    this.#timer = setInterval(() => this.#look(), EVERY);
  }

  /** What is seen from now on belongs to this phase. */
  enter(name: string): void {
    const cpu = this.#server.cpuSeconds();
    const last = this.#phases.at(-1);
    if (last !== undefined) {
      this.#look();
      last.cpuAfter = cpu;
    }
    this.#phases.push({ name, looks: [], cpuBefore: cpu, cpuAfter: cpu });
    this.#look();
  }

  /** Ends it; the phases by their names. */
  stop(): ReadonlyMap<string, PhaseMemory> {
    clearInterval(this.#timer);
    const last = this.#phases.at(-1);
    if (last !== undefined && this.#server.isRunning) {
      this.#look();
      last.cpuAfter = this.#server.cpuSeconds();
    }
    return new Map(this.#phases.map((phase) => [phase.name, summaryOf(phase)]));
  }

  #look(): void {
    if (!this.#server.isRunning) return;
    this.#phases.at(-1)?.looks.push({ at: performance.now(), bytes: this.#server.residentBytes() });
  }
}

function summaryOf({ looks: all, cpuBefore, cpuAfter }: Phase): PhaseMemory {
  const from = (all[0]?.at ?? 0) + SETTLING;
  const later = all.filter(({ at }) => at >= from);
  const looks = later.length >= 8 ? later : all;
  const bytes = looks.map((look) => look.bytes);
  const quarter = Math.max(1, looks.length >> 2);
  return {
    looks: looks.length, min: Math.min(...bytes), median: median(bytes), max: Math.max(...bytes), slope: slopeOf(looks),
    growth: median(bytes.slice(-quarter)) - median(bytes.slice(0, quarter)), cpuSeconds: cpuAfter - cpuBefore,
  };
}

function slopeOf(looks: readonly Look[]): number {
  const meanAt = looks.reduce((sum, { at }) => sum + at, 0) / looks.length;
  const meanBytes = looks.reduce((sum, { bytes }) => sum + bytes, 0) / looks.length;
  let above = 0;
  let below = 0;
  for (const { at, bytes } of looks) {
    above += (at - meanAt) * (bytes - meanBytes);
    below += (at - meanAt) ** 2;
  }
  return below === 0 ? 0 : (above / below) * MINUTE;
}
