import { silentLog } from '../../../../controller/log.js';
import type { FailedRun } from '../../../../controller/schedules/failed-run.js';
import { RunHistory } from '../../../../controller/schedules/run-history.js';
import { ScheduleBook } from '../../../../controller/schedules/schedule-book.js';
import type { ScheduleObserver } from '../../../../controller/schedules/schedule-observer.js';
import type { ScheduledService, ServiceCall } from '../../../../controller/schedules/scheduled-service.js';
import { Scheduler, type SchedulerSettings } from '../../../../controller/schedules/scheduler.js';
import { scriptService } from '../../../../controller/schedules/script-service.js';
import type { Database, SqlRunner } from '../../../../controller/store/database/database.js';
import type { JsonObject } from '../../../../controller/crest/json.js';
import { FakeWallClock } from './fake-wall-clock.js';

/** A service whose runs a test ends. */
export class HeldService implements ScheduledService {
  readonly calls: { readonly context: JsonObject; readonly call: ServiceCall; end(error?: Error): void }[] = [];
  /** Runs end at once. */
  isQuick = true;
  hasPublicReasons = true;

  check(): void { /* any */ }

  run(context: JsonObject, call: ServiceCall): Promise<JsonObject> {
    return new Promise((resolve, reject) => {
      const end = (error?: Error): void => {
        if (error === undefined) resolve({ done: true });
        else reject(error);
      };
      this.calls.push({ context, call, end });
      call.signal.addEventListener('abort', () => { reject(new Error('aborted')); }, { once: true });
      if (this.isQuick) end();
    });
  }
}

/** One controller's schedules. `own`: what it calls; without it a service that is done at once. */
export function startScheduler(database: Database, clock: FakeWallClock, { name = 'one', service = new HeldService(), settings = {}, observer, onFailure = () => Promise.resolve() }: { name?: string; service?: HeldService; settings?: Partial<SchedulerSettings>; observer?: ScheduleObserver; onFailure?: (failed: FailedRun, tx: SqlRunner) => Promise<void> } = {}) {
  const services = new Map<string, ScheduledService>([['sync', service], ['script', scriptService(undefined)]]);
  const book = new ScheduleBook({ database, services, clock, log: silentLog });
  const history = new RunHistory(database);
  const scheduler = new Scheduler({ database, book, history, services, clock, controller: name, log: silentLog, settings: { missedAfter: 60_000, history: 86_400_000, maxConcurrentRuns: 10, ...settings }, observer, onFailure });
  return {
    book, history, scheduler, service, services, clock,
    /** The time is now so late, and the scheduler looks until nothing is due; what began and is not held has ended. */
    async at(time: string): Promise<void> {
      clock.set(time);
      while (await scheduler.pass() === 0);
      if (service.isQuick) await scheduler.settled();
    },
    async runs(schedule?: string): Promise<JsonObject[]> {
      const found: JsonObject[] = [];
      for await (const run of history.list(schedule, new AbortController().signal)) found.push(run);
      const key = (run: JsonObject): string => JSON.stringify([run['scheduledTime'], run['attempt']]);
      return found.sort((left, right) => (key(left) < key(right) ? -1 : 1));
    },
  };
}
