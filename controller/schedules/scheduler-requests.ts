import { isObject, type JsonObject, type JsonValue } from '../crest/json.js';
import type { CrestAnswer, CrestRequest, RequestHandler } from '../crest/request.js';
import { badRequest, notFound, notSupported } from '../crest/resource-error.js';
import { allJobs, jobRequests, type JobRequestParts } from './job-requests.js';
import { triggerJson, type JobJson } from './job-json.js';
import { comingTimes } from './coming-times.js';
import { pagedRows } from './paged-rows.js';
import { CronSyntaxError } from './quartz/field-values.js';
import { parseQuartz } from './quartz/quartz-expression.js';
import { runRequests } from './run-requests.js';
import type { WallClock } from './wall-clock.js';

/** Everything below `/scheduler`. */
export function schedulerRequests(parts: JobRequestParts): RequestHandler {
  const jobs = jobRequests(parts);
  const runs = runRequests(parts.history);
  return async (request, context): Promise<CrestAnswer> => {
    const [part, ...path] = request.path;
    switch (part) {
      case undefined: return onScheduler(request, parts.clock);
      case 'job': return jobs({ ...request, path }, context);
      case 'run': return runs({ ...request, path }, context);
      case 'trigger': return onTriggers(await triggersOf(parts), { ...request, path });
      case 'waitingTriggers': return nodes(request, { _id: part, names: (await triggersOf(parts)).filter(({ acquired }) => acquired === false).map(({ _id }) => _id) });
      case 'acquiredTriggers': return nodes(request, acquiredBy(await triggersOf(parts)));
      default: throw notFound(`Resource 'scheduler/${request.path.join('/')}' not found`);
    }
  };
}

function onScheduler(request: CrestRequest, clock: WallClock): CrestAnswer {
  if (request.kind !== 'action') throw notSupported(`The scheduler does not support ${request.kind}`);
  if (request.action === 'preview') {
    if (!isObject(request.content)) throw badRequest('preview needs a schedule as its body');
    return { kind: 'action', content: comingTimes(request.content, 5, clock.now()) };
  }
  if (request.action !== 'validateQuartzCronExpression') throw badRequest(`Unknown action given: ${request.action}`);
  const expression = isObject(request.content) ? request.content['cronExpression'] : undefined;
  if (typeof expression !== 'string') throw badRequest('validateQuartzCronExpression needs a body such as {"cronExpression":"0 0 12 * * ?"}');
  return { kind: 'action', content: validity(expression) };
}

function validity(expression: string): JsonValue {
  try {
    parseQuartz(expression);
    return { valid: true };
  } catch (error) {
    if (error instanceof CronSyntaxError) return { valid: false };
    throw error;
  }
}

async function triggersOf(parts: JobRequestParts): Promise<readonly JobJson[]> {
  return (await allJobs(parts)).flatMap(({ kept, facts }) => triggerJson(kept, facts) ?? []);
}

function onTriggers(triggers: readonly JobJson[], request: CrestRequest): CrestAnswer {
  const [id, ...rest] = request.path;
  if (request.kind === 'query' && id === undefined) return { kind: 'query', rows: pagedRows(triggers, request) };
  if (request.kind !== 'read') throw notSupported(`Triggers do not support ${request.kind}`);
  if (id === undefined) throw badRequest('No id was supplied to read');
  const found = rest.length === 0 ? triggers.find(({ _id }) => _id === id) : undefined;
  if (found === undefined) throw notFound(`Object ${id} not found in scheduler/triggers`);
  return { kind: 'resource', resource: { id, content: found } };
}

function nodes(request: CrestRequest, content: JsonObject): CrestAnswer {
  if (request.path.length > 1 || request.kind !== 'read') throw notSupported(`scheduler/${request.path.join('/')} does not support ${request.kind}`);
  return { kind: 'action', content };
}

/** By controller. */
function acquiredBy(triggers: readonly JobJson[]): JsonObject {
  const held: Record<string, string[]> = {};
  for (const { _id, nodeId } of triggers) if (typeof nodeId === 'string') (held[nodeId] ??= []).push(_id);
  return { _id: 'acquiredTriggers', ...held };
}
