import type { JsonObject } from '../crest/json.js';
import type { ApiPart } from './api-part.js';
import { COMMON_SCHEMAS, HEADERS, PARAMETERS, RESPONSES, SECURITY_SCHEMES } from './crest-components.js';
import { operationsOf } from './crest-operations.js';

const DESCRIPTION = `Systems behind agents, and what keeps them in step, by the conventions of CREST (Common REST).

Everything lies below \`/openidm\`, and is served without it as well. POST with \`X-HTTP-Method-Override\` stands for another method.`;

/** OpenAPI 3.1.1 (https://spec.openapis.org/oas/v3.1.1.html) of these parts. Throws when two of them describe one thing. */
export function openApiDocument(parts: readonly ApiPart[], { version }: { readonly version: string }): JsonObject {
  const schemas = new Map<string, JsonObject>(Object.entries(COMMON_SCHEMAS));
  const paths = new Map<string, JsonObject>();
  const once = (map: Map<string, JsonObject>, name: string, value: JsonObject): void => {
    if (map.has(name)) throw new TypeError(`${name} is described twice`);
    map.set(name, value);
  };
  for (const part of parts) {
    for (const [name, schema] of Object.entries(part.schemas ?? {})) once(schemas, name, schema);
    for (const endpoint of part.endpoints) once(paths, `/${endpoint.path}`, operationsOf(endpoint, part.name));
  }
  return {
    openapi: '3.1.1',
    info: { title: 'Causeway controller', version, description: DESCRIPTION, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/openidm' }],
    security: [{ userName: [], password: [] }, { basic: [] }, { bearer: [] }, { session: [] }],
    tags: [...new Map(parts.map(({ name, description }) => [name, { name, description }])).values()],
    paths: Object.fromEntries([...paths].sort(([left], [right]) => (left < right ? -1 : 1))),
    components: { schemas: Object.fromEntries(schemas), parameters: PARAMETERS, headers: HEADERS, responses: RESPONSES, securitySchemes: SECURITY_SCHEMES },
  };
}
