import { randomUUID } from 'node:crypto';
import { anySignal } from '../../protocol/model/index.js';
import { isObject, parseJson, type JsonObject, type JsonValue } from '../crest/json.js';
import { parseFields } from '../crest/projection.js';
import { parsePatch } from '../crest/patch.js';
import { QueryParameters } from '../crest/query-parameters.js';
import type { CallerContext, CrestRequest, RequestHandler } from '../crest/request.js';
import { ResourceError, badRequest, notSupported } from '../crest/resource-error.js';
import { representation } from '../crest/write-answer.js';
import { scriptText } from './script-text.js';

/** What scripts of mappings may reach: objects, and runs. Not the configuration. */
const REACHABLE: ReadonlySet<string> = new Set(['system', 'managed', 'sync', 'recon', 'repo', 'info']);
/** Rows of one query. */
const MOST_ROWS = 1_000;
/** Milliseconds of one call. */
const LONGEST_CALL = 60_000;

type Given = readonly (JsonValue | undefined)[];
type Answer = JsonValue | undefined;

/** `openidm` of a mapping's scripts: requests to the controller's own router, under the mapping's name. Each takes and answers JSON text. */
export function openidmFunctions(router: () => RequestHandler, caller: string, within: <T>(work: () => T) => T): ReadonlyMap<string, (text: string, signal: AbortSignal) => Promise<string>> {
  const transactionId = randomUUID();
  const ask = async (signal: AbortSignal, make: (given: Given) => CrestRequest, given: Given): Promise<Answer> => {
    const request = make(given);
    if (!REACHABLE.has(request.path[0] ?? '')) throw new ResourceError(403, `Scripts of mappings may not reach ${request.path.join('/')}; they may reach ${[...REACHABLE].join(', ')}`);
    const context: CallerContext = { caller, transactionId, signal: anySignal(signal, AbortSignal.timeout(LONGEST_CALL)) };
    const answer = await within(() => router()(request, context));
    switch (answer.kind) {
      case 'resource': return representation(answer.resource, request.fields);
      case 'action': return answer.content;
      case 'query': return rowsOf(answer.rows, request);
      case 'file': throw notSupported('Scripts of mappings cannot take files');
    }
  };
  const made = (make: (given: Given) => CrestRequest, forgives = false) => async (text: string, signal: AbortSignal): Promise<string> => {
    const given = parseJson(text);
    try {
      return `{"value":${scriptText(await ask(signal, make, Array.isArray(given) ? given : []))}}`;
    } catch (error) {
      if (forgives && error instanceof ResourceError && error.code === 404) return '{"value":null}';
      throw error;
    }
  };
  return new Map([
    ['openidm.read', made(([resource, params, fields]) => ({ kind: 'read', ...base(resource, params, fields) }), true)],
    ['openidm.query', made(([resource, params, fields]) => queryRequest(resource, params, fields))],
    ['openidm.create', made(([container, id, content, params, fields]) => createRequest([container, id, content], params, fields))],
    ['openidm.update', made(([resource, revision, content, params, fields]) => ({ kind: 'put', ...base(resource, params, fields), mode: 'update', content: objectOf(content), revision: revisionOf(revision) }))],
    ['openidm.patch', made(([resource, revision, operations, params, fields]) => ({ kind: 'patch', ...base(resource, params, fields), operations: parsePatch(operations ?? null), revision: revisionOf(revision) }))],
    ['openidm.delete', made(([resource, revision, params, fields]) => ({ kind: 'delete', ...base(resource, params, fields), revision: revisionOf(revision) }))],
    ['openidm.action', made(([resource, action, content, params, fields]) => ({ kind: 'action', ...base(resource, params, fields), action: textOf(action, 'The action'), content: content ?? undefined }))],
  ]);
}

function base(resource: Answer, params: Answer, fields: Answer): { path: readonly string[]; fields: CrestRequest['fields']; parameters: ReadonlyMap<string, string> } {
  const parameters = new Map(Object.entries(isObject(params) ? params : {}).filter(([name]) => !name.startsWith('_')).map(([name, value]) => [name, typeof value === 'string' ? value : scriptText(value)]));
  return { path: pathOf(resource), parameters, fields: fieldsOf(fields ?? (isObject(params) ? params['_fields'] : undefined)) };
}

function pathOf(resource: Answer): readonly string[] {
  const text = textOf(resource, 'The resource');
  try {
    return text.split('/').filter((segment) => segment !== '').map(decodeURIComponent);
  } catch {
    throw badRequest(`The resource ${text} has a bad percent-encoding`);
  }
}

function fieldsOf(fields: Answer): CrestRequest['fields'] {
  if (fields === undefined || fields === null) return [];
  const names = Array.isArray(fields) ? fields : [fields];
  try {
    return parseFields(names.map((name) => textOf(name, 'Each field')));
  } catch (error) {
    throw badRequest(`fields: ${error instanceof Error ? error.message : 'not readable'}`);
  }
}

function queryRequest(resource: Answer, params: Answer, fields: Answer): CrestRequest {
  const given = Object.entries(isObject(params) ? params : {}).filter(([, value]) => value !== null);
  const search = given.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(typeof value === 'string' ? value : scriptText(value))}`).join('&');
  const own = new QueryParameters(search);
  const by = own.query;
  if (by === undefined) throw badRequest('A query needs _queryFilter, _queryId or _queryExpression');
  return {
    kind: 'query', ...base(resource, params, fields), by, sortKeys: own.sortKeys, pageSize: own.integer('_pageSize'), pagedResultsCookie: own.get('_pagedResultsCookie'),
    pagedResultsOffset: own.integer('_pagedResultsOffset'), totalPagedResultsPolicy: own.countPolicy,
  };
}

/** With an id, it is a PUT that makes. */
function createRequest([container, id, content]: Given, params: Answer, fields: Answer): CrestRequest {
  const own = base(container, params, fields);
  if (id === undefined || id === null) return { kind: 'create', ...own, content: objectOf(content), explicit: false };
  return { kind: 'put', ...own, path: [...own.path, textOf(id, 'The id')], mode: 'create', content: objectOf(content), revision: undefined };
}

async function rowsOf(rows: Extract<Awaited<ReturnType<RequestHandler>>, { kind: 'query' }>['rows'], request: CrestRequest): Promise<JsonObject> {
  const result: JsonObject[] = [];
  try {
    for (;;) {
      const step = await rows.next();
      if (step.done === true) {
        const { pagedResultsCookie, totalPagedResults, remainingPagedResults } = step.value;
        return { result, resultCount: result.length, pagedResultsCookie, totalPagedResults, remainingPagedResults };
      }
      if (result.length >= MOST_ROWS) throw new ResourceError(413, `The query gives more than ${MOST_ROWS} objects; narrow it, or read it in pages with _pageSize`);
      result.push(representation(step.value, request.fields));
    }
  } finally {
    await rows.return(undefined as never);
  }
}

function textOf(value: Answer, what: string): string {
  if (typeof value !== 'string' || value === '') throw badRequest(`${what} must be a text`);
  return value;
}

function objectOf(value: Answer): JsonObject {
  if (!isObject(value)) throw badRequest('The content must be an object');
  return value;
}

function revisionOf(value: Answer): string | undefined {
  return typeof value === 'string' && value !== '' ? value.replaceAll('"', '') : undefined;
}
