import { matchesFilter } from '../../crest/evaluate-query-filter.js';
import type { QueryEnd, RequestHandler, RequestOf, Resource } from '../../crest/request.js';
import { notFound, notSupported } from '../../crest/resource-error.js';
import { representation } from '../../crest/write-answer.js';
import { LAST_PAGE } from '../../../protocol/model/index.js';
import type { ManagedBook } from '../configuration/managed-book.js';
import type { ManagedType } from '../configuration/managed-type.js';

/** `/schema/managed/<type>`: the schema as `managed.json` has it (https://docs.pingidentity.com/pingidm/8.1/rest-api-reference/endpoints/rest-schema.html). */
export function schemaRequests(book: ManagedBook): RequestHandler {
  return async (request) => {
    const [collection, typeName, ...rest] = request.path;
    if (collection !== 'managed' || rest.length > 0) throw notFound(`Resource 'schema/${request.path.join('/')}' not found`);
    if (typeName === undefined && request.kind === 'query') return { kind: 'query', rows: matching([...(await book.all()).values()], request) };
    if (typeName === undefined || request.kind !== 'read') throw notSupported(`Schemas of managed objects do not support ${request.kind}; change them by config/managed`);
    return { kind: 'resource', resource: resourceOf(await book.get(typeName)) };
  };
}

function resourceOf({ name, schema }: ManagedType): Resource {
  return { id: `managed/${name}`, content: schema };
}

async function* matching(types: readonly ManagedType[], { by }: RequestOf<'query'>): AsyncGenerator<Resource, QueryEnd, void> {
  if (by.kind !== 'filter') throw notSupported('Schemas are queried by _queryFilter');
  for (const type of types) if (matchesFilter(by.filter, representation(resourceOf(type), []))) yield resourceOf(type);
  return LAST_PAGE;
}
