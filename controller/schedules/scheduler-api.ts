import { anything, flag, list, object, oneOf, orNull, ref, resource, text, time, whole, type ApiPart, type Schema } from '../openapi/api-part.js';

const JOB = { id: 'Name of the schedule' };
const aFlag: Schema = { anyOf: [flag, oneOf('true', 'false')] };
const choice = (...names: readonly string[]): Schema => ({ anyOf: [oneOf(...names), { type: 'null' }] });
const done = object({ success: flag });
/** Keys that may be left out are taken from an answer, too: as null or an empty text. */
const given: Schema = {
  type: 'object', description: 'As a file schedule-<name>.json; `persisted` is true where it is left out', required: ['invokeService'],
  properties: {
    enabled: aFlag, persisted: aFlag, concurrentExecution: aFlag, recoverable: aFlag, type: choice('cron', 'simple', ''), schedule: orNull(text), repeatInterval: whole, repeatCount: { type: 'integer', minimum: -1 },
    startTime: orNull(text), endTime: orNull(text), timeZone: orNull(text), misfirePolicy: choice('fireAndProceed', 'doNothing', ''), invokeService: text,
    invokeContext: { type: ['object', 'null'] }, invokeLogLevel: choice('trace', 'debug', 'info', 'warn', 'error'),
  },
};

/** `/scheduler` (docs/schedules.md). */
export const schedulerApi: ApiPart = {
  name: 'scheduler', description: 'What the controller runs at its times',
  schemas: {
    Schedule: given,
    ScheduleTrigger: resource({ name: text, group: text, jobName: text, acquired: flag, nodeId: orNull(text), state: oneOf('NORMAL', 'PAUSED', 'BLOCKED') }, 'When a schedule fires; `nodeId` is the controller that runs it'),
    ScheduleJob: resource({
      enabled: flag, persisted: flag, recoverable: flag, concurrentExecution: flag, misfirePolicy: oneOf('fireAndProceed', 'doNothing'), type: oneOf('cron', 'simple'), schedule: orNull(text),
      repeatInterval: whole, repeatCount: whole, startTime: orNull(text), endTime: orNull(text), timeZone: orNull(text), invokeService: text, invokeContext: { type: ['object', 'null'] },
      invokeLogLevel: oneOf('trace', 'debug', 'info', 'warn', 'error'), triggers: list(ref('ScheduleTrigger')), previousRunDate: orNull(time), nextRunDate: orNull(time),
    }, 'A schedule, and when it runs'),
    ScheduleRun: resource({
      schedule: text, state: oneOf('RUNNING', 'SUCCESS', 'FAILED', 'MISSED', 'INTERRUPTED'), scheduledTime: time, started: time, ended: text, duration: orNull(whole), attempt: whole, controller: text,
      message: orNull(text), result: anything,
    }, 'One time a schedule fired, or should have; `ended` is empty until it has, `duration` is in milliseconds'),
    SchedulePreview: object({ valid: flag, 'times?': list(time), 'message?': text }, 'The next times of a schedule, or what is wrong with it'),
  },
  endpoints: [
    {
      path: 'scheduler', summary: 'Schedules that need not be there',
      actions: {
        preview: { description: 'The next five times of a schedule', body: { type: 'object', description: 'A schedule' }, answer: ref('SchedulePreview') },
        validateQuartzCronExpression: { description: 'Whether an expression is one', body: object({ cronExpression: text }), answer: object({ valid: flag }) },
      },
    },
    {
      path: 'scheduler/job', summary: 'All schedules', query: { row: ref('ScheduleJob'), by: ['filter', 'id'] }, create: { body: ref('Schedule'), answer: ref('ScheduleJob') },
      actions: {
        listCurrentlyExecutingJobs: { description: 'Those that run now, on whichever controller', answer: list(resource()) },
        pauseJobs: { description: 'Lets none of them fire', answer: done },
        resumeJobs: { description: 'Lets them fire again', answer: done },
      },
    },
    {
      path: 'scheduler/job/{id}', summary: 'One schedule', pathParameters: JOB, read: { answer: ref('ScheduleJob') }, put: { body: ref('Schedule'), answer: ref('ScheduleJob') }, delete: { answer: ref('ScheduleJob') },
      actions: {
        trigger: { description: 'Runs it now; 409 while it runs', answer: object({ success: flag, run: text }) },
        pause: { description: 'Lets it fire no more', answer: done },
        resume: { description: 'Lets it fire again', answer: done },
      },
    },
    { path: 'scheduler/job/{id}/run', summary: 'What a schedule did, newest first', pathParameters: JOB, query: { row: ref('ScheduleRun'), by: ['filter', 'id'] } },
    { path: 'scheduler/job/{id}/run/{run}', summary: 'One run of it', pathParameters: { ...JOB, run: 'Id of the run' }, read: { answer: ref('ScheduleRun') } },
    { path: 'scheduler/run', summary: 'What all schedules did, newest first', query: { row: ref('ScheduleRun'), by: ['filter', 'id'] } },
    { path: 'scheduler/run/{run}', summary: 'One run', pathParameters: { run: 'Id of the run' }, read: { answer: ref('ScheduleRun') } },
    { path: 'scheduler/trigger', summary: 'The triggers of schedules that fire yet', query: { row: ref('ScheduleTrigger'), by: ['filter', 'id'] } },
    { path: 'scheduler/trigger/{id}', summary: 'One trigger', pathParameters: { id: 'Its id' }, read: { answer: ref('ScheduleTrigger') } },
    { path: 'scheduler/waitingTriggers', summary: 'Triggers whose schedule does not run now', read: { answer: object({ _id: text, names: list(text) }) } },
    {
      path: 'scheduler/acquiredTriggers', summary: 'Triggers whose schedule runs now, by controller',
      read: { answer: { type: 'object', properties: { _id: text }, required: ['_id'], additionalProperties: { anyOf: [text, list(text)] } } },
    },
  ],
};
