import type { FailedRun } from '../schedules/failed-run.js';
import type { WebhookEvent } from './webhook-event.js';

/** A run of a schedule that was not successful. */
export function scheduleFailed({ run: { id, schedule, fireTime, attempt, controller }, state, reason }: FailedRun): WebhookEvent {
  return {
    type: 'schedule.failed', key: id, at: new Date(),
    data: { schedule, run: id, state, scheduledTime: new Date(fireTime).toISOString(), attempt, controller, message: reason },
  };
}
