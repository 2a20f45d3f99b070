import { matchesFilter } from '../crest/evaluate-query-filter.js';
import { isObject, type JsonObject } from '../crest/json.js';
import type { QueryEnd, RequestHandler, RequestOf, Resource } from '../crest/request.js';
import { ResourceError, notFound, notSupported } from '../crest/resource-error.js';
import { LAST_PAGE } from '../../protocol/model/index.js';
import type { MappingBook, MappingEntry } from './mapping-book.js';
import { DEFAULT_ACTIONS } from './situations.js';

export interface MappingRequestParts {
  readonly book: MappingBook;
  /** Summaries of runs, oldest first. */
  readonly runs: () => Promise<readonly JsonObject[]>;
}

/** `/mapping`, ours: the mappings of `sync.json` as they are used, what is wrong with those that are not, and their last runs. They are changed by `config/sync`. */
export function mappingRequests(parts: MappingRequestParts): RequestHandler {
  return async (request) => {
    const [name, ...rest] = request.path;
    if (rest.length > 0) throw notFound(`Resource 'mapping/${request.path.join('/')}' not found`);
    if (request.kind === 'query' && name === undefined) return { kind: 'query', rows: matching(await documents(parts), request) };
    if (request.kind !== 'read' || name === undefined) throw notSupported(`Mappings do not support ${request.kind}; change them by config/sync`);
    const found = (await documents(parts)).find(({ id }) => id === name);
    if (found === undefined) throw notFound(`No mapping ${name}`);
    return { kind: 'resource', resource: found };
  };
}

async function* matching(all: readonly Resource[], { by }: RequestOf<'query'>): AsyncGenerator<Resource, QueryEnd, void> {
  if (by.kind !== 'filter') throw notSupported('Mappings are queried by _queryFilter');
  for (const resource of all) if (matchesFilter(by.filter, { ...resource.content, _id: resource.id })) yield resource;
  return LAST_PAGE;
}

async function documents({ book, runs }: MappingRequestParts): Promise<readonly Resource[]> {
  const entries = await entriesOf(book);
  const last = new Map((await runs()).map((summary) => [summary['mapping'], summary]));
  return [...entries].map(([name, entry]): Resource => ({ id: name, content: { ...documentOf(entry), defaultActions: { ...DEFAULT_ACTIONS }, lastRun: last.get(name) ?? null } }));
}

function documentOf(entry: MappingEntry): JsonObject {
  if ('mapping' in entry) {
    const { source, target, settings: { enableSync, deltaReconciliation }, config } = entry.mapping;
    return { source, target, enableSync, deltaReconciliation, problems: [], definition: config };
  }
  const config = isObject(entry.config) ? entry.config : {};
  return { source: config['source'] ?? null, target: config['target'] ?? null, enableSync: config['enableSync'] ?? true, deltaReconciliation: config['deltaReconciliation'] ?? false, problems: [...entry.problems], definition: entry.config };
}

/** Throws 409 when the file as a whole cannot be used. */
async function entriesOf(book: MappingBook): Promise<ReadonlyMap<string, MappingEntry>> {
  try {
    return await book.all();
  } catch (error) {
    throw error instanceof TypeError ? new ResourceError(409, error.message, { cause: error }) : error;
  }
}
