import { Refusal, type FakeAnswer, type FakeHandler, type FakeRequest } from '../../targets/rest/exchange.js';
import { RouteTable, type Routes } from '../../targets/rest/routes.js';
import type { Fields } from './fake.js';

const SCHEMAS = { 1: 'urn:scim:schemas:core:1.0', 2: 'urn:ietf:params:scim:api:messages:2.0:BulkRequest' } as const;

/** Bulk requests over other routes: RFC 7644, section 3.7; SCIM 1.1 protocol, section 3.5. The answers come in the opposite order. */
export function bulkRoute(version: 1 | 2, routes: Routes, most: { readonly maxOperations: number; readonly maxPayloadSize: number }): FakeHandler {
  const table = new RouteTable(routes);
  return async (request) => {
    const { schemas, Operations: operations } = request.body as { readonly schemas: readonly string[]; readonly Operations: readonly Fields[] };
    if (!schemas.includes(SCHEMAS[version])) throw new Refusal(400, { detail: `schemas has to hold ${SCHEMAS[version]}` });
    if (operations.length > most.maxOperations || Buffer.byteLength(request.text) > most.maxPayloadSize) throw new Refusal(413, { detail: 'the bulk request is too large' });
    const answers: Fields[] = [];
    for (const operation of operations) answers.unshift(await answered(version, table, request, operation));
    return { body: { ...(version === 2 ? { schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'] } : { schemas }), Operations: answers } };
  };
}

async function answered(version: 1 | 2, table: RouteTable, bulk: FakeRequest, { method, path, bulkId, data, version: match }: Fields & { readonly version?: string }): Promise<Fields> {
  const { status = 200, body, headers = {} } = await answerTo(table, bulk, String(method), String(path), data, match);
  const isGood = status < 400;
  return {
    method, status: version === 2 ? String(status) : { code: String(status), ...(isGood ? {} : { description: JSON.stringify(body) }) },
    location: headers['location'] ?? `${bulk.origin}/scim${String(path)}`,
    // Only a POST's has to be told again, and of a good answer only the address.
    ...(method === 'POST' ? { bulkId } : {}), ...(isGood || version === 1 ? {} : { response: body }),
  };
}

async function answerTo(table: RouteTable, bulk: FakeRequest, method: string, path: string, data: unknown, match: string | undefined): Promise<FakeAnswer> {
  const found = table.find(method, path);
  if (found === undefined || !('handler' in found)) return { status: 404, body: { detail: `nothing at ${path}` } };
  try {
    return await found.handler({ ...bulk, method, path, params: found.params, query: new URLSearchParams(), body: data, headers: { ...bulk.headers, ...(match === undefined ? {} : { 'if-match': match }) } });
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}
