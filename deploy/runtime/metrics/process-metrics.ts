import { PerformanceObserver, constants, performance, type EventLoopUtilization } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { Gauge, Histogram } from 'prom-client';
import type { CountedElsewhere, MetricsRegistry } from './metrics-registry.js';

/** Milliseconds between two looks at how late the event loop is. */
const TICK = 100;
const LAG_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const PAUSE_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

const PAUSES: ReadonlyMap<number, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'], [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'], [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
]);

/**
 * How the process itself is: event loop, memory, garbage collection, processor. In histograms and counters, so that any number
 * of scrapers see the same; not by prom-client's default metrics, whose observers nobody can stop.
 */
export class ProcessMetrics {
  readonly #lag: Histogram;
  readonly #memory: Readonly<Record<'resident' | 'used' | 'total' | 'limit' | 'external' | 'arrayBuffers', Gauge>>;
  readonly #loop: CountedElsewhere;
  readonly #cpu: CountedElsewhere;
  readonly #started: Gauge;
  readonly #timer: NodeJS.Timeout;
  readonly #pauses: PerformanceObserver;
  readonly #since: EventLoopUtilization = performance.eventLoopUtilization();
  #last = performance.now();

  constructor(registry: MetricsRegistry) {
    this.#lag = registry.histogram('event_loop_lag_seconds', 'How late the process got round to its events, looked at ten times a second.', [], LAG_BUCKETS);
    this.#loop = registry.countedElsewhere('event_loop_seconds_total', 'Time of the event loop: active, or idle waiting for events. rate() of active is its utilisation, from 0 to 1.', ['state']);
    this.#memory = {
      resident: registry.gauge('resident_memory_bytes', 'Memory the process holds.'),
      used: registry.gauge('heap_used_bytes', 'Heap of JavaScript in use.'),
      total: registry.gauge('heap_total_bytes', 'Heap of JavaScript reserved.'),
      limit: registry.gauge('heap_limit_bytes', 'Where the heap of JavaScript ends, and the process with it.'),
      external: registry.gauge('external_memory_bytes', 'Memory outside of the heap that objects in it hold, array buffers included.'),
      arrayBuffers: registry.gauge('array_buffers_bytes', 'Memory of array buffers and buffers.'),
    };
    this.#cpu = registry.countedElsewhere('cpu_seconds_total', 'Processor time used. mode: user or system.', ['mode']);
    this.#started = registry.gauge('start_time_seconds', 'When the process began, as seconds since 1970.');
    const pause = registry.histogram('gc_pause_seconds', 'Pauses of garbage collection. kind: minor, major, incremental or weakcb.', ['kind'], PAUSE_BUCKETS);
    this.#timer = setInterval(() => { this.#look(); }, TICK).unref();
    this.#pauses = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { kind } = (entry as unknown as { readonly detail?: { readonly kind?: number } }).detail ?? {};
        pause.observe({ kind: PAUSES.get(kind ?? 0) ?? 'other' }, entry.duration / 1000);
      }
    });
    this.#pauses.observe({ entryTypes: ['gc'] });
  }

  /** At each scrape. */
  fill(): void {
    const { rss, heapUsed, heapTotal, external, arrayBuffers } = process.memoryUsage();
    this.#memory.resident.set(rss);
    this.#memory.used.set(heapUsed);
    this.#memory.total.set(heapTotal);
    this.#memory.limit.set(getHeapStatistics().heap_size_limit);
    this.#memory.external.set(external);
    this.#memory.arrayBuffers.set(arrayBuffers);
    const { active, idle } = performance.eventLoopUtilization(this.#since);
    this.#loop.tell(active / 1000, { state: 'active' });
    this.#loop.tell(idle / 1000, { state: 'idle' });
    const { user, system } = process.cpuUsage();
    this.#cpu.tell(user / 1e6, { mode: 'user' });
    this.#cpu.tell(system / 1e6, { mode: 'system' });
    this.#started.set(performance.timeOrigin / 1000);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#pauses.disconnect();
  }

  #look(): void {
    const now = performance.now();
    this.#lag.observe(Math.max(0, now - this.#last - TICK) / 1000);
    this.#last = now;
  }
}
