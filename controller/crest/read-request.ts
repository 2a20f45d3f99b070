import type { IncomingMessage } from 'node:http';
import { readJsonBody, type BodyLimits } from './body.js';
import {
  checkApiVersion, checkContentType, expectedRevision, readPreconditions, refuseIfMatch, refuseIfNoneMatch, type Preconditions,
} from './headers.js';
import { isObject, type JsonObject, type JsonValue } from './json.js';
import { parsePatch } from './patch.js';
import { QueryParameters } from './query-parameters.js';
import { badRequest, notSupported, preconditionFailed } from './resource-error.js';
import type { CrestRequest, WriteMode } from './request.js';

/** A request with what concerns the writing of its answer. */
export interface ReadRequest {
  readonly request: CrestRequest;
  readonly prettyPrint: boolean;
  readonly mimeType: string | undefined;
  /** On read: answer 304 when the resource still has this revision. */
  readonly knownRevision: string | undefined;
}

interface Parts {
  readonly path: readonly string[];
  readonly parameters: QueryParameters;
  readonly preconditions: Preconditions;
  readonly body: () => Promise<JsonValue | undefined>;
}

/**
 * Turns HTTP into a CREST request. `path` are the decoded segments. Throws a ResourceError for what cannot be one.
 */
export async function readRequest(message: IncomingMessage, path: readonly string[], parameters: QueryParameters, limits: BodyLimits): Promise<ReadRequest> {
  checkApiVersion(header(message, 'accept-api-version'));
  const parts: Parts = {
    path, parameters, preconditions: readPreconditions(message.headers),
    body: () => readJsonBody(message, limits),
  };
  const prettyPrint = parameters.flag('_prettyPrint');
  const request = await byMethod(methodOf(message), parts, message);
  if (request.kind !== 'action') parameters.refuseUnknown();
  const mimeType = request.kind === 'read' ? parameters.get('_mimeType') : undefined;
  if (mimeType !== undefined && request.fields.length !== 1) throw badRequest('_mimeType needs exactly one _fields entry');
  const knownRevision = request.kind === 'read' ? parts.preconditions.ifNoneMatch : undefined;
  return { request, prettyPrint, mimeType, knownRevision };
}

function header(message: IncomingMessage, name: string): string | undefined {
  const value = message.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** The method, or what a POST says it stands for. */
export function methodOf(message: IncomingMessage): string {
  const method = message.method ?? 'GET';
  return method === 'POST' ? (header(message, 'x-http-method-override')?.toUpperCase() ?? method) : method;
}

function byMethod(method: string, parts: Parts, message: IncomingMessage): Promise<CrestRequest> {
  switch (method) {
    case 'GET': return Promise.resolve(get(parts));
    case 'POST': return post(parts, message);
    case 'PUT': return put(parts, message);
    case 'PATCH': return patch(parts, message);
    case 'DELETE': return Promise.resolve(remove(parts));
    default: throw notSupported(`Method ${method} not supported`);
  }
}

function base({ path, parameters }: Parts): { path: readonly string[]; fields: QueryParameters['fields']; parameters: ReadonlyMap<string, string> } {
  return { path, fields: parameters.fields, parameters: parameters.additional };
}

function get(parts: Parts): CrestRequest {
  const { parameters, preconditions } = parts;
  if (parameters.has('_crestapi')) throw notSupported('API descriptors are not served');
  const by = parameters.query;
  if (by === undefined) {
    refuseIfMatch(preconditions, 'read');
    if (preconditions.ifNoneMatch === '*') throw preconditionFailed('If-None-Match * not supported for read requests');
    return { kind: 'read', ...base(parts) };
  }
  refuseIfMatch(preconditions, 'query');
  refuseIfNoneMatch(preconditions, 'query');
  const pagedResultsCookie = parameters.get('_pagedResultsCookie');
  const pagedResultsOffset = parameters.integer('_pagedResultsOffset');
  if (pagedResultsCookie !== undefined && pagedResultsOffset > 0) throw badRequest('_pagedResultsOffset and _pagedResultsCookie exclude each other');
  return {
    kind: 'query', ...base(parts), by, sortKeys: parameters.sortKeys, pageSize: parameters.integer('_pageSize'),
    pagedResultsCookie, pagedResultsOffset, totalPagedResultsPolicy: parameters.countPolicy,
  };
}

async function post(parts: Parts, message: IncomingMessage): Promise<CrestRequest> {
  const action = parts.parameters.get('_action');
  const isCreate = action === undefined || action.toLowerCase() === 'create';
  refuseIfMatch(parts.preconditions, isCreate ? 'create' : 'action');
  refuseIfNoneMatch(parts.preconditions, isCreate ? 'create' : 'action');
  if (isCreate) return { kind: 'create', ...base(parts), content: await objectBody(parts, message), explicit: action !== undefined };
  return { kind: 'action', ...base(parts), fields: [], action, content: await parts.body(), by: parts.parameters.query };
}

async function put(parts: Parts, message: IncomingMessage): Promise<CrestRequest> {
  const { ifMatch, ifNoneMatch } = parts.preconditions;
  if (ifMatch !== undefined && ifNoneMatch !== undefined) throw preconditionFailed('If-Match and If-None-Match exclude each other');
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') throw badRequest('If-None-Match must be * for PUT requests');
  const mode: WriteMode = ifNoneMatch === '*' ? 'create' : ifMatch === undefined ? 'upsert' : 'update';
  return { kind: 'put', ...base(parts), mode, content: await objectBody(parts, message), revision: expectedRevision(parts.preconditions) };
}

async function patch(parts: Parts, message: IncomingMessage): Promise<CrestRequest> {
  refuseIfNoneMatch(parts.preconditions, 'PATCH');
  checkContentType(message.headers['content-type']);
  const body = await parts.body();
  if (body === undefined) throw badRequest('The request could not be processed because it did not contain any JSON content');
  return { kind: 'patch', ...base(parts), operations: parsePatch(body), revision: expectedRevision(parts.preconditions) };
}

function remove(parts: Parts): CrestRequest {
  refuseIfNoneMatch(parts.preconditions, 'delete');
  return { kind: 'delete', ...base(parts), revision: expectedRevision(parts.preconditions) };
}

async function objectBody(parts: Parts, message: IncomingMessage): Promise<JsonObject> {
  checkContentType(message.headers['content-type']);
  const body = await parts.body();
  if (body === undefined) throw badRequest('The request could not be processed because it did not contain any JSON content');
  if (!isObject(body)) throw badRequest('The request could not be processed because the provided content is not a JSON object');
  return body;
}
