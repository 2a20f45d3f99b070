import { hostname } from 'node:os';
import type { ControllerConfig } from './config/controller-config.js';
import type { RequestHandler } from './crest/request.js';
import type { Log } from './log.js';
import { RunHistory } from './schedules/run-history.js';
import { ScheduleBook } from './schedules/schedule-book.js';
import { ScheduleFiles } from './schedules/schedule-files.js';
import type { ScheduleObserver } from './schedules/schedule-observer.js';
import { scheduledServices, type ServiceParts } from './schedules/scheduled-services.js';
import { Scheduler } from './schedules/scheduler.js';
import { schedulerRequests } from './schedules/scheduler-requests.js';
import { wallClock } from './schedules/wall-clock.js';
import type { Database } from './store/database/database.js';
import { scheduleFailed } from './webhooks/schedule-events.js';
import type { TellWebhooksWithin } from './webhooks/webhook-event.js';

export interface ScheduleParts extends ServiceParts {
  readonly database: Database;
  readonly tell: TellWebhooksWithin;
  readonly observer?: ScheduleObserver | undefined;
  readonly log: Log;
}

/** What runs by itself at its time. */
export interface SchedulesPart {
  readonly handler: RequestHandler;
  /** Reads the files, and fires what is due from now on. */
  start(): void;
  /** Ends what schedules started. */
  close(): Promise<void>;
}

export function buildSchedules({ systems, schedules }: ControllerConfig, { database, tell, observer, log, ...called }: ScheduleParts): SchedulesPart {
  const services = scheduledServices(called);
  const book = new ScheduleBook({ database, services, clock: wallClock, log });
  const history = new RunHistory(database);
  const scheduler = new Scheduler({ database, book, history, services, clock: wallClock, log, controller: `${hostname()}:${process.pid}`, settings: schedules, observer, onFailure: (failed, tx) => tell(scheduleFailed(failed), tx) });
  const files = new ScheduleFiles(systems.configuration, { book, services, log });
  let unfollow = (): void => undefined;
  return {
    handler: schedulerRequests({ book, scheduler, history, clock: wallClock }),
    start() {
      unfollow = files.follow(() => {
        if (schedules.enabled) scheduler.wake();
      });
      if (schedules.enabled) scheduler.start();
    },
    async close() {
      unfollow();
      await scheduler.close();
    },
  };
}
