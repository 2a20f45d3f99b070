import { isJsonObject, textAt, valueAt, type Json, type JsonObject } from '../../engines/rest/json.js';
import type { RestCall } from '../../engines/rest/rest-call.js';
import type { WritesTogether, WriteTogether } from '../../engines/rest/writes-together.js';
import type { HttpAnswer } from '../../engines/http/http-client.js';
import { versionOf, type ScimConfig } from './config.js';
import { providerOf } from './provider.js';

const SCHEMAS = { 1: 'urn:scim:schemas:core:1.0', 2: 'urn:ietf:params:scim:api:messages:2.0:BulkRequest' } as const;

/** Bulk requests, where `bulk` is set and the service has them (RFC 7644, section 3.7; SCIM 1.1 protocol, section 3.5). */
export const bulk: WritesTogether<ScimConfig> = {
  async most(call) {
    return call.config.bulk ? (await providerOf(call, versionOf(call.config))).bulk : undefined;
  },
  async send(call: RestCall<ScimConfig>, writes) {
    const json = { schemas: [SCHEMAS[versionOf(call.config)]], Operations: writes.map(operationOf) };
    const answer = valueAt(await call.send('POST /Bulk', { json, hasSecrets: true }), 'Operations');
    const answers = (Array.isArray(answer) ? answer as readonly Json[] : []).filter(isJsonObject);
    return writes.map((write, index) => {
      const own = answers.find((each) => isAnswerTo(each, write, index));
      return own === undefined ? undefined : answerOf(own);
    });
  },
};

const bulkIdOf = (index: number): string => `write-${index}`;

function operationOf({ method, path, headers, json }: WriteTogether, index: number): JsonObject {
  const version = headers.get('if-match');
  return { method, path, bulkId: bulkIdOf(index), ...(version === undefined ? {} : { version }), ...(json === undefined ? {} : { data: json }) };
}

/** Only the answer to a POST has to name it by the bulkId; others have the resource's address (RFC 7644, section 3.7). */
function isAnswerTo(answer: JsonObject, { method, path }: WriteTogether, index: number): boolean {
  const bulkId = textAt(answer, 'bulkId');
  if (bulkId !== undefined) return bulkId === bulkIdOf(index);
  return textAt(answer, 'method') === method && (textAt(answer, 'location') ?? '').endsWith(path);
}

/** As if it had been the answer to a request of its own. SCIM 1.1 has the status in an object. */
function answerOf(answer: JsonObject): HttpAnswer {
  const { location, response } = answer;
  const status = Number(textAt(answer, 'status.code') ?? textAt(answer, 'status'));
  const description = textAt(answer, 'status.description');
  const body = response ?? (status >= 400 && description !== undefined ? { Errors: [{ description }] } : undefined);
  return {
    status: Number.isInteger(status) && status >= 200 && status <= 599 ? status : 500,
    headers: new Map([['content-type', 'application/json'], ...(typeof location === 'string' ? [['location', location] as const] : [])]),
    body: new TextEncoder().encode(body === undefined ? '' : JSON.stringify(body)),
  };
}
