import type { CurlSample } from './curl-samples.js';
import { placeOf } from './sample-place.js';
import type { SampleAnswer } from './told-objects.js';

const QUERY = ['result', 'resultCount', 'pagedResultsCookie', 'totalPagedResultsPolicy', 'totalPagedResults', 'remainingPagedResults'];
const STATUS = ['name', 'enabled', 'config', 'connectorRef', 'displayName', 'objectTypes', 'ok'];
const STAGE = ['_id', '_rev', 'connectorData'];

/** What an answer lacks of what the documentation shows. */
export interface Comparison {
  /** Why it is not accepted, or not of the shape; undefined when it is. */
  readonly problem: string | undefined;
  /** Attributes shown that were not answered, and that the system's object type does not know. */
  readonly unknown: readonly string[];
}

interface Form { readonly name: string; readonly statuses: readonly number[]; applies(sample: CurlSample): boolean; lacks(body: SampleAnswer['body']): string | undefined }

const lacking = (keys: readonly string[], body: object): string | undefined => {
  const missing = keys.filter((key) => !(key in body));
  return missing.length === 0 ? undefined : `lacks ${missing.join(', ')}`;
};
const one = (body: SampleAnswer['body'], keys: readonly string[]): string | undefined => (Array.isArray(body) ? 'is an array' : lacking(keys, body));
const isWorking = (body: object): string | undefined => lacking(STATUS, body) ?? ((body as { ok?: unknown }).ok === true ? undefined : 'is not ok');

/** The first that applies. */
export const FORMS: readonly Form[] = [
  { name: 'recon', statuses: [200], applies: ({ path }) => path.includes('/recon'), lacks: (body) => one(body, ['_id', 'state']) },
  {
    name: 'test of all systems', statuses: [200], applies: (sample) => /_action=test/i.test(sample.query) && placeOf(sample).system === undefined,
    lacks: (body) => (Array.isArray(body) ? (body as object[]).map((each) => lacking(STATUS.filter((key) => key !== 'displayName' && key !== 'objectTypes'), each)).find((each) => each !== undefined) ?? (body.length === 0 ? 'is empty' : undefined) : 'is no array'),
  },
  { name: 'test of a system', statuses: [200], applies: ({ query }) => /_action=test/i.test(query), lacks: (body) => (Array.isArray(body) ? 'is an array' : isWorking(body)) },
  { name: 'liveSync', statuses: [200], applies: ({ query }) => /_action=liveSync/i.test(query), lacks: (body) => one(body, STAGE) },
  {
    name: 'script', statuses: [200], applies: ({ query }) => /_action=script/i.test(query),
    lacks: (body) => one(body, ['actions']) ?? ((body as { actions: object[] }).actions.every((each) => 'result' in each) ? undefined : `failed: ${JSON.stringify(body).slice(0, 300)}`),
  },
  {
    name: 'query', statuses: [200], applies: ({ query }) => /_query(?:Filter|Id)=/.test(query),
    lacks: (body) => one(body, QUERY) ?? ((body as { result: object[] }).result.every((row) => Object.keys(row)[0] === '_id') ? undefined : 'has rows that do not begin with _id'),
  },
  { name: 'create', statuses: [201], applies: (sample) => sample.method === 'POST' && placeOf(sample).id === undefined, lacks: (body) => one(body, ['_id']) },
  { name: 'create under an id', statuses: [201], applies: ({ method, headers }) => method === 'PUT' && Object.keys(headers).some((name) => name.toLowerCase() === 'if-none-match'), lacks: (body) => one(body, ['_id']) },
  ...(['PUT', 'POST', 'PATCH', 'GET', 'DELETE'] as const).map((verb): Form => ({
    name: { PUT: 'update', POST: 'update by POST', PATCH: 'patch', GET: 'read', DELETE: 'delete' }[verb], statuses: [200], applies: ({ method }) => method === verb, lacks: (body) => one(body, ['_id']),
  })),
];

export function formOf(sample: CurlSample): Form {
  return FORMS.find((form) => form.applies(sample))!;
}

/** `known`: names of the properties of the object type. */
export function compare(sample: CurlSample, { status, body, contentType }: SampleAnswer, known: ReadonlySet<string>): Comparison {
  const form = formOf(sample);
  if (!contentType.startsWith('application/json')) return { problem: `answered as ${contentType}`, unknown: [] };
  if (!form.statuses.includes(status)) return { problem: `${status} ${messageOf(body)}`, unknown: [] };
  const lack = form.lacks(body);
  if (lack !== undefined) return { problem: `the answer ${lack}`, unknown: [] };
  if (JSON.stringify(body).includes('"__PASSWORD__"')) return { problem: 'the answer holds a password', unknown: [] };
  return { problem: undefined, unknown: unknownKeys(sample, form, body, known) };
}

function messageOf(body: SampleAnswer['body']): string {
  const message = Array.isArray(body) ? undefined : (body as Record<string, unknown>)['message'];
  const detail = Array.isArray(body) ? undefined : (body as { detail?: { connectorMessage?: unknown } }).detail?.connectorMessage;
  return [message, detail].filter((each) => typeof each === 'string').join(': ').slice(0, 400);
}

function unknownKeys({ shown }: CurlSample, { name }: Form, body: SampleAnswer['body'], known: ReadonlySet<string>): readonly string[] {
  if (shown === undefined || name === 'script' || name === 'test of all systems') return [];
  const answered = new Set([body, (body as { result?: readonly object[] }).result ?? []].flat().flatMap((each) => Object.keys(each)));
  const keys = shown.rowKeys ?? shown.keys;
  return keys.filter((key) => !['_id', '_rev'].includes(key) && !answered.has(key) && !known.has(key));
}
