import type { ServerResponse } from 'node:http';
import { setKey, writeJson, type JsonObject, type JsonValue } from './json.js';
import { project, type Fields } from './projection.js';
import type { Resource } from './request.js';
import type { ResourceError } from './resource-error.js';

const JSON_TYPE = 'application/json;charset=UTF-8';

/** `_id` and `_rev` first, whatever was asked for; then the rest. */
export function representation(resource: Resource, fields: Fields): JsonObject {
  const whole: JsonObject = { _id: resource.id };
  if (resource.revision !== undefined) whole['_rev'] = resource.revision;
  const chosen = project(resource.content, fields);
  for (const key of Object.keys(chosen)) {
    if (key !== '_id' && key !== '_rev') setKey(whole, key, chosen[key] ?? null);
  }
  return whole;
}

/** The headers of every JSON answer. */
export function answerHeaders(status: number, response: ServerResponse): void {
  response.statusCode = status;
  response.setHeader('Content-Type', JSON_TYPE);
  response.setHeader('Cache-Control', 'no-cache');
  response.setHeader('X-Content-Type-Options', 'nosniff');
}

export function writeJsonAnswer(response: ServerResponse, status: number, body: JsonValue, prettyPrint: boolean): void {
  const bytes = Buffer.from(writeJson(body, prettyPrint ? 2 : 0));
  answerHeaders(status, response);
  response.setHeader('Content-Length', bytes.length);
  response.end(bytes);
}

export function writeError(response: ServerResponse, error: ResourceError): void {
  // A body that was not read to its end would be taken for the next request.
  if (!response.req.complete) response.setHeader('Connection', 'close');
  writeJsonAnswer(response, error.code, error.toJson(), false);
}

export interface ResourceForm {
  readonly fields: Fields;
  readonly prettyPrint: boolean;
  readonly mimeType: string | undefined;
  readonly knownRevision: string | undefined;
  /** Absolute address of the resource; set when it was just created. */
  readonly location: string | undefined;
}

export function writeResource(response: ServerResponse, resource: Resource, form: ResourceForm): void {
  const { revision } = resource;
  if (revision !== undefined) response.setHeader('ETag', `"${revision.replace(/[^\x21\x23-\x7e]/g, '')}"`);
  if (revision !== undefined && form.knownRevision === revision) {
    response.statusCode = 304;
    response.end();
    return;
  }
  if (form.location !== undefined) response.setHeader('Location', form.location);
  if (form.mimeType !== undefined) return writeRaw(response, resource, form.fields, form.mimeType);
  writeJsonAnswer(response, form.location === undefined ? 200 : 201, representation(resource, form.fields), form.prettyPrint);
}

/** One value as it is; text is sent as bytes when it is Base64 of them and the type is no text. */
function writeRaw(response: ServerResponse, resource: Resource, fields: Fields, mimeType: string): void {
  const value = Object.values(project(resource.content, fields))[0] ?? '';
  const text = typeof value === 'string' ? value : writeJson(value);
  const isText = /^(text\/|application\/json)/i.test(mimeType);
  answerHeaders(200, response);
  response.setHeader('Content-Type', /^[\w.+-]+\/[\w.+-]+(;\s*[\w-]+=[\w.-]+)*$/.test(mimeType) ? mimeType : 'application/octet-stream');
  // What a target holds must not run as a page of this origin.
  response.setHeader('Content-Security-Policy', "default-src 'none'; sandbox");
  response.end(isText ? text : Buffer.from(text, 'base64'));
}
