import { matchesFilter } from '../../crest/evaluate-query-filter.js';
import type { JsonObject } from '../../crest/json.js';
import type { CallerContext, CrestAnswer, CrestRequest, QueryEnd, RequestHandler, RequestOf, Resource } from '../../crest/request.js';
import { badRequest, notFound, notSupported } from '../../crest/resource-error.js';
import type { SystemRegistry } from '../../systems/system-registry.js';
import { agentDocuments, groupDocuments, type AgentDocumentParts } from './agent-documents.js';
import { systemDocument } from './system-documents.js';
import { changeTokens, tokenDocuments, type TokenRequestParts } from './token-requests.js';

export interface FleetRequestParts extends AgentDocumentParts, TokenRequestParts {
  readonly registry: SystemRegistry;
}

type Document = JsonObject & { readonly _id: string };

/** `/fleet/agents`, `/fleet/groups`, `/fleet/systems` and `/fleet/tokens`: what the console shows of agents; docs/console.md. */
export function fleetRequests(parts: FleetRequestParts): RequestHandler {
  const lists: Readonly<Record<string, () => readonly Document[]>> = {
    agents: () => agentDocuments(parts),
    groups: () => groupDocuments(parts),
    systems: () => parts.registry.all.map(systemDocument),
    tokens: () => tokenDocuments(parts),
  };
  return async (request, context) => {
    const [name = '', ...path] = request.path;
    const list = Object.hasOwn(lists, name) ? lists[name] : undefined;
    if (list === undefined) throw notFound(`Resource 'fleet/${request.path.join('/')}' not found`);
    if (request.kind === 'query' && path.length === 0) return { kind: 'query', rows: matching(list(), request) };
    if (request.kind === 'read' && path.length === 1) return one(list(), path[0] ?? '', name);
    if (name === 'tokens') return changesOfTokens(parts, { ...request, path }, context);
    throw notAllowed(request, name);
  };
}

async function changesOfTokens(parts: FleetRequestParts, request: CrestRequest, { from }: CallerContext): Promise<CrestAnswer> {
  if (request.kind === 'delete' || (request.kind === 'create' && request.path.length === 0)) return changeTokens(parts, request, from);
  throw notAllowed(request, 'tokens');
}

function one(list: readonly Document[], id: string, name: string): CrestAnswer {
  const found = list.find(({ _id }) => _id === id);
  if (found === undefined) throw notFound(`Resource 'fleet/${name}/${id}' not found`);
  return { kind: 'resource', resource: { id, content: found } };
}

async function* matching(list: readonly Document[], { by }: RequestOf<'query'>): AsyncGenerator<Resource, QueryEnd, void> {
  if (by.kind === 'expression' || (by.kind === 'id' && by.id !== 'query-all')) throw badRequest('The fleet is queried by _queryFilter, or _queryId=query-all');
  for (const content of list) if (by.kind === 'id' || matchesFilter(by.filter, content)) yield { id: content._id, content };
  return { pagedResultsCookie: null, totalPagedResultsPolicy: 'NONE', totalPagedResults: -1, remainingPagedResults: -1 };
}

function notAllowed({ kind }: CrestRequest, name: string): Error {
  return kind === 'read' ? badRequest(`fleet/${name} is read by a query, or by id`) : notSupported(`fleet/${name} does not support ${kind}`);
}
