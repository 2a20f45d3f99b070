import type { JsonObject } from '../crest/json.js';
import { list, object, oneOf, orNull, text, whole, type Schema } from './api-part.js';

/** What all resources have in common. */
export const COMMON_SCHEMAS: Readonly<Record<string, Schema>> = {
  ErrorBody: { ...object({ code: { ...whole, description: 'The HTTP status' }, reason: text, message: { ...text, description: 'HTML-escaped' }, 'detail?': {} }, 'What went wrong. 502, 503, 504, 408 and 429 may go well another time') },
  QueryAnswer: object({
    result: list({ type: 'object' }), resultCount: whole, pagedResultsCookie: orNull(text), totalPagedResultsPolicy: oneOf('NONE', 'ESTIMATE', 'EXACT'),
    totalPagedResults: whole, remainingPagedResults: whole,
  }, 'Rows are sent as they come. A query that fails after its first rows ends with `error` in place of the rest, and its connection is cut'),
  Patch: {
    description: 'A list of operations, one operation, or an object of new values',
    anyOf: [list({ $ref: '#/components/schemas/PatchOperation' }), { $ref: '#/components/schemas/PatchOperation' }, { type: 'object' }],
  },
  PatchOperation: { type: 'object', properties: { operation: { ...text, description: 'add, remove, replace, increment, move, copy' }, field: { ...text, description: 'A JSON pointer' }, from: text, value: {} } },
};

const query = (name: string, description: string, schema: Schema): JsonObject => ({ name, in: 'query', description, schema });
const header = (name: string, description: string): JsonObject => ({ name, in: 'header', description, schema: text });
const count: Schema = { type: 'integer', minimum: 0, maximum: 2 ** 31 - 1 };

export const PARAMETERS: JsonObject = {
  fields: query('_fields', 'Properties to answer, by commas: JSON pointers, or *', text),
  prettyPrint: query('_prettyPrint', 'An answer for people', { type: 'string', pattern: '^(?:true|false|TRUE|FALSE|True|False)?$' }),
  mimeType: query('_mimeType', 'The one property of _fields as it is, with this type', text),
  queryFilter: query('_queryFilter', 'A CREST filter such as `mail co "@example.com" and age ge 18`; `true` for everything', text),
  queryId: query('_queryId', 'A query by its name', text),
  queryExpression: query('_queryExpression', 'As _queryFilter', text),
  pageSize: query('_pageSize', 'Rows of a page; 0: all of them', count),
  pagedResultsCookie: query('_pagedResultsCookie', 'Goes on behind the page that answered it', text),
  pagedResultsOffset: query('_pagedResultsOffset', 'Rows to leave out', count),
  totalPagedResultsPolicy: query('_totalPagedResultsPolicy', 'Whether to count', { type: 'string', pattern: '^(?:NONE|ESTIMATE|EXACT|none|estimate|exact)$' }),
  sortKeys: query('_sortKeys', 'Properties to sort by, by commas, with - downwards', text),
  ifMatch: header('If-Match', 'Only what has this revision; * says nothing'),
  ifNoneMatch: header('If-None-Match', 'Reading: 304 for this revision. Writing: * makes a new one only'),
  apiVersion: header('Accept-API-Version', '`protocol=2.1,resource=1.0`'),
  reauthenticate: header('X-OpenIDM-Reauth-Password', "The caller's password, for properties that are changed on the caller's behalf"),
};

export const HEADERS: JsonObject = {
  requestId: { description: 'Also in the log', schema: { type: 'string', format: 'uuid' } },
  etag: { description: 'The revision in quotes', schema: text },
  location: { description: 'Of what was made', schema: text },
};

export const RESPONSES: JsonObject = {
  error: { description: 'What went wrong', headers: { 'X-Request-ID': { $ref: '#/components/headers/requestId' } }, content: { 'application/json': { schema: { $ref: '#/components/schemas/ErrorBody' } } } },
};

export const SECURITY_SCHEMES: JsonObject = {
  userName: { type: 'apiKey', in: 'header', name: 'X-OpenIDM-Username', description: 'Together with X-OpenIDM-Password' },
  password: { type: 'apiKey', in: 'header', name: 'X-OpenIDM-Password' },
  basic: { type: 'http', scheme: 'basic' },
  bearer: { type: 'http', scheme: 'bearer', description: 'A token of the authorization server of `rest.oauth`' },
  session: { type: 'apiKey', in: 'cookie', name: 'session-jwt', description: 'What a sign-in set. Other than plain reads need the header X-Requested-With as well' },
};
