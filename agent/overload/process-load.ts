import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import type { LoadReading } from './load-guard.js';

/** Milliseconds between two looks; what is shorter does not matter here. */
const TICK = 50;
const SHARE_OF_MACHINE = 0.8;

export interface ProcessLoad {
  /** The lag is the longest since the last call. */
  read(): LoadReading;
  close(): void;
}

/**
 * Watches this process. With a timer of its own, because Node's monitor of the event loop's delay (perf_hooks) forgets, when it is
 * reset for the next reading, when it looked last, and so misses the very stall that is under way.
 */
export function watchProcess(): ProcessLoad {
  let last = performance.now();
  let longest = 0;
  const look = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last - TICK);
    last = now;
  };
  const timer = setInterval(look, TICK).unref();
  return {
    read() {
      // What goes on at this moment counts, too; the timer may be late by as much again.
      const lag = Math.max(0, longest, performance.now() - last - TICK);
      longest = 0;
      const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
      return { lag, rss: process.memoryUsage.rss(), heapShare: used / limit };
    },
    close: () => { clearInterval(timer); },
  };
}

/** What the process may hold where nothing is set: most of what the container, or the machine, has. Bytes. */
export function defaultMemoryLimit(): number {
  const constrained = process.constrainedMemory();
  const machine = totalmem();
  return Math.floor((constrained > 0 && constrained < machine ? constrained : machine) * SHARE_OF_MACHINE);
}
