import { randomUUID } from 'node:crypto';
import type { JsonObject, JsonValue } from '../crest/json.js';
import type { CrestAnswer, RequestHandler, RequestOf } from '../crest/request.js';
import { badRequest, notFound, notSupported } from '../crest/resource-error.js';
import { jobJson, type JobFacts, type JobJson } from './job-json.js';
import { pagedRows } from './paged-rows.js';
import type { RunHistory } from './run-history.js';
import { runRequests } from './run-requests.js';
import type { KeptSchedule, ScheduleBook } from './schedule-book.js';
import type { Scheduler } from './scheduler.js';
import type { WallClock } from './wall-clock.js';

export interface JobRequestParts {
  readonly book: ScheduleBook;
  readonly scheduler: Scheduler;
  readonly history: RunHistory;
  readonly clock: WallClock;
}

/** `/scheduler/job`. */
export function jobRequests(parts: JobRequestParts): RequestHandler {
  return async (request, context): Promise<CrestAnswer> => {
    const [id, below, ...rest] = request.path;
    if (id !== undefined && below === 'run') return runRequests(parts.history, id)({ ...request, path: rest }, context);
    if (below !== undefined) throw notFound(`Resource 'scheduler/job/${request.path.join('/')}' not found`);
    switch (request.kind) {
      case 'query': return query(parts, id, request);
      case 'create': return create(parts, id, request.content);
      case 'action': return { kind: 'action', content: id === undefined ? await actOnAll(parts, request) : await actOnOne(parts, id, request) };
      case 'read': return resource(await jobOf(parts, named(id)));
      case 'put': return put(parts, named(id), request);
      case 'delete': return remove(parts, named(id));
      case 'patch': throw notSupported('Schedules do not support patch');
    }
  };
}

/** All schedules with what is known of them. */
export async function allJobs(parts: JobRequestParts): Promise<readonly { readonly kept: KeptSchedule; readonly facts: JobFacts }[]> {
  const [all, running, previous] = await Promise.all([parts.book.all(), parts.history.running(), parts.history.previous()]);
  const now = parts.clock.now();
  return all.map((kept) => {
    const { name } = kept.schedule;
    return { kept, facts: { now, runsOn: running.find(({ schedule }) => schedule === name)?.controller, previous: previous.get(name) } };
  });
}

async function jobOf(parts: JobRequestParts, id: string): Promise<JobJson> {
  const found = (await allJobs(parts)).find(({ kept }) => kept.schedule.name === id);
  if (found === undefined) throw notFound('Schedule does not exist');
  return jobJson(found.kept, found.facts);
}

function named(id: string | undefined): string {
  if (id === undefined) throw badRequest('Empty resourceId');
  return id;
}

async function query(parts: JobRequestParts, id: string | undefined, request: RequestOf<'query'>): Promise<CrestAnswer> {
  if (id !== undefined) throw badRequest('Schedules are queried as a whole: scheduler/job?_queryFilter=…');
  return { kind: 'query', rows: pagedRows((await allJobs(parts)).map(({ kept, facts }) => jobJson(kept, facts)), request) };
}

async function create(parts: JobRequestParts, id: string | undefined, content: JsonObject): Promise<CrestAnswer> {
  if (id !== undefined) throw badRequest('A schedule is created by PUT scheduler/job/<id>, or by POST to scheduler/job?_action=create');
  const given = content['_id'];
  const name = typeof given === 'string' && given !== '' ? given : randomUUID();
  await parts.book.put(name, overRest(content), 'create');
  parts.scheduler.wake();
  return { ...resource(await jobOf(parts, name)), createdAt: ['scheduler', 'job', name] };
}

async function put(parts: JobRequestParts, id: string, { mode, content }: RequestOf<'put'>): Promise<CrestAnswer> {
  const isNew = await parts.book.get(id) === undefined;
  await parts.book.put(id, overRest(content), mode);
  parts.scheduler.wake();
  const answer = resource(await jobOf(parts, id));
  return isNew ? { ...answer, createdAt: ['scheduler', 'job', id] } : answer;
}

/** In the database, unless it says otherwise. */
function overRest(content: JsonObject): JsonObject {
  return { ...content, persisted: content['persisted'] ?? true };
}

async function remove(parts: JobRequestParts, id: string): Promise<CrestAnswer> {
  const job = await jobOf(parts, id);
  await parts.book.delete(id);
  return resource(job);
}

async function actOnAll(parts: JobRequestParts, { action }: RequestOf<'action'>): Promise<JsonValue> {
  switch (action) {
    case 'listCurrentlyExecutingJobs': return (await allJobs(parts)).filter(({ facts }) => facts.runsOn !== undefined).map(({ kept }) => ({ ...kept.schedule.toJson(), _id: kept.schedule.name }));
    case 'pauseJobs': return pause(parts, true);
    case 'resumeJobs': return pause(parts, false);
    default: throw badRequest(`Unknown action: ${action}; known are create, listCurrentlyExecutingJobs, pauseJobs, resumeJobs`);
  }
}

/** As the newer product has them: https://docs.pingidentity.com/pingidm/8.1/rest-api-reference/endpoints/rest-schedules.html */
async function actOnOne(parts: JobRequestParts, id: string, { action }: RequestOf<'action'>): Promise<JsonValue> {
  if (await parts.book.get(id) === undefined) throw notFound('Schedule does not exist');
  switch (action) {
    case 'trigger': return { success: true, run: await parts.scheduler.trigger(id) };
    case 'pause': return pause(parts, true, id);
    case 'resume': return pause(parts, false, id);
    default: throw badRequest(`Unknown action: ${action}; known are trigger, pause, resume`);
  }
}

async function pause({ book, scheduler }: JobRequestParts, isPaused: boolean, id?: string): Promise<JsonValue> {
  await book.pause(isPaused, id);
  scheduler.wake();
  return { success: true };
}

function resource(job: JobJson): Extract<CrestAnswer, { kind: 'resource' }> {
  return { kind: 'resource', resource: { id: job._id, content: job } };
}
