import { readFileSync } from 'node:fs';

/**
 * Milliseconds this thread has been at work, to a few: what others do on the machine does not count (Linux, proc(5) and
 * Documentation/scheduler/sched-stats.rst: the first figure of schedstat, in nanoseconds). Elsewhere the time that passes.
 */
export function threadMilliseconds(): number {
  try {
    const [atWork = ''] = readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ');
    return Number(atWork) / 1e6;
  } catch {
    return performance.now();
  }
}
