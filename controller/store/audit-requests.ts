import type { JsonObject } from '../crest/json.js';
import type { RequestHandler, Resource } from '../crest/request.js';
import { notFound, notSupported } from '../crest/resource-error.js';
import { AUDIT_TOPICS } from './audit-log.js';
import type { Database } from './database/database.js';
import type { SpecialComparison } from './filter-sql.js';
import { queryRows, type QuerySource } from './sql-query.js';

interface Row { readonly number: number; readonly content: JsonObject }

/** What is asked for most, of a run that may have a hundred thousand entries. */
const byRun: SpecialComparison = ({ operator, pointer, value }, bound) => (
  operator === 'eq' && pointer.length === 1 && pointer[0] === 'reconId' && typeof value === 'string' ? `COALESCE(recon_id = ${bound.bind(value.toLowerCase())}, FALSE)` : undefined
);

/** `/audit/{recon,sync,activity,authentication,enrolment}`: what was done, by filter or by id. */
export function auditRequests(database: Database): RequestHandler {
  return async (request, { signal }) => {
    const [topic = '', id, ...rest] = request.path;
    if (!AUDIT_TOPICS.some((each) => each === topic) || rest.length > 0) throw notFound(`Resource 'audit/${request.path.join('/')}' not found`);
    if (request.kind === 'query' && id === undefined) return { kind: 'query', rows: queryRows(database, entriesOf(topic), request, signal) };
    if (request.kind !== 'read' || id === undefined) throw notSupported(`audit/${topic} does not support ${request.kind}`);
    const [row] = await database.query<Row>('SELECT number, content FROM audit_entry WHERE topic = $1 AND id = $2', [topic, id]);
    if (row === undefined) throw notFound(`Object ${id} not found in audit/${topic}`);
    return { kind: 'resource', resource: toResource(row) };
  };
}

function entriesOf(topic: string): QuerySource<Row> {
  return {
    table: 'audit_entry', select: 'number, content', key: 'number', keyType: 'int8', isKey: (text) => /^\d{1,18}$/.test(text), content: 'content', special: byRun,
    toResource, keyOf: ({ number }) => String(number), within: (bound) => `topic = ${bound.bind(topic)}`,
  };
}

function toResource({ content: { _id: id, ...content } }: Row): Resource {
  return { id: typeof id === 'string' ? id : '', content };
}
