import { NAME } from '../../../protocol/model/index.js';
import {
  isJsonObject, textAt, type ClassQuery, type JsonObject, type Query, type RequestLine, type RestAttributes, type RestCall, type RestObjectClass, type Written,
} from '../../engines/rest/index.js';
import { expressionFilters } from '../../engines/rest/filters/expressions.js';
import { plainScimLanguage } from '../../engines/rest/filters/scim.js';
import { offsetPaging } from '../../engines/rest/paging/counted.js';
import { modifiedTimes } from '../../engines/rest/sync/modified-times.js';
import type { ScimConfig, Version } from './config.js';
import { extensionsIn, isCleared, laidOver, patchOf, patchOf11, without } from './patch.js';
import { providerOf } from './provider.js';
import { replaceWhole } from './replace.js';

export interface ScimResource {
  readonly version: Version;
  readonly usesPath: boolean;
  /** Below the address of the service: `/Users`. */
  readonly endpoint: string;
  /** The URN of its core schema. */
  readonly schema: string;
  /** What `__NAME__` is; undefined: the id, which the service decides. */
  readonly name: string | undefined;
  /** Attributes that are left out of answers where nobody wants them. */
  readonly large: readonly string[];
  readonly attributes: RestAttributes;
  /** Texts lists can be asked by, with their paths. @default those of the standard */
  readonly compared?: Readonly<Record<string, string>>;
}

type Call = RestCall<ScimConfig>;

/** SCIM 1.1 has no operator for the end of a text; how texts compare is each attribute's own matter, so that the facade looks again. */
const KINDS = ['equals', 'startsWith', 'contains'] as const;
const COMPARED = ['userName', 'displayName', 'externalId', 'nickName', 'title', 'userType'];
const PAGE_SIZE = 100;

/** One type of resources: RFC 7644; SCIM 1.1 protocol (http://www.simplecloud.info/specs/draft-scim-api-01.html). */
export function scimClass(resource: ScimResource): RestObjectClass<ScimConfig> {
  const { endpoint, attributes, name, compared } = resource;
  const at = (method: 'GET' | 'DELETE'): RequestLine => `${method} /${endpoint.slice(1)}/{uid}`;
  const texts = compared === undefined ? COMPARED.filter((one) => attributes[one] !== undefined).map((one) => [one, one] as const) : Object.entries(compared);
  const comparable = [...texts, ...(name === undefined ? [] : [[NAME, name] as const])];
  return {
    attributes,
    filters: expressionFilters({ parameter: 'filter', language: plainScimLanguage, attributes: Object.fromEntries(comparable.map(([one, path]) => [one, { path, kinds: KINDS, literal: 'string' }])) }),
    list: (_call, query) => ({
      request: `GET /${endpoint.slice(1)}`, items: 'Resources', mayBeMissing: true, pageSize: PAGE_SIZE, query: leftOut(resource, query),
      paging: offsetPaging({ offset: 'startIndex', size: 'count', total: 'totalResults', first: 1 }),
    }),
    read: { request: at('GET'), query: (query) => leftOut(resource, query) },
    needs: name === undefined ? [] : [attributes[NAME]?.wire ?? name],
    create: (call, written) => create(call, resource, written),
    update: (call, uid, written) => update(call, resource, uid.value, written),
    delete: at('DELETE'),
    sync: modifiedTimes({
      time: 'meta.lastModified', ordered: false,
      between: (after, upTo) => ({ filter: [...(after === undefined ? [] : [`meta.lastModified gt "${after}"`]), `meta.lastModified le "${upTo}"`].join(' and ') }),
    }),
  };
}

/** RFC 7644, section 3.9; SCIM 1.1 has no such parameter. */
function leftOut({ version, large }: ScimResource, query: ClassQuery): Query {
  const unwanted = version === 1 ? [] : large.filter((name) => !query.wants(name));
  return unwanted.length === 0 ? {} : { excludedAttributes: unwanted.join(',') };
}

async function create(call: Call, { endpoint, schema }: ScimResource, { object: given, hasSecrets }: Written): Promise<JsonObject> {
  const object = without(given, ...Object.entries(given).filter(([, value]) => isCleared(value)).map(([name]) => name));
  const json = { schemas: [schema, ...extensionsIn(object)], ...object };
  const answer = await call.answer(`POST /${endpoint.slice(1)}`, { json, hasSecrets });
  if (textAt(answer.json, 'id') !== undefined && isJsonObject(answer.json)) return answer.json;
  // RFC 7644, section 3.3: the header Location is always there.
  const id = new URL(answer.headers.get('location') ?? '/', 'https://service.invalid').pathname.split('/').pop() ?? '';
  return id === '' ? {} : { id: decodeURIComponent(id) };
}

async function update(call: Call, { version, usesPath, endpoint, schema }: ScimResource, uid: string, { object, hasSecrets }: Written): Promise<JsonObject | undefined> {
  if (Object.keys(object).length === 0) return undefined;
  const provider = await providerOf(call, version);
  if (!provider.patches) return replaceWhole(call, endpoint, uid, provider, (whole) => laidOver(whole, object), hasSecrets);
  const json = version === 2 ? patchOf(object, usesPath) : patchOf11(object, schema);
  const answer = await call.send(`PATCH /${endpoint.slice(1)}/{uid}`, { variables: { uid }, uid, json, hasSecrets });
  return isJsonObject(answer) ? answer : undefined;
}
