import type { JsonObject } from '../crest/json.js';
import type { CrestAnswer, RequestHandler, RequestOf, Resource } from '../crest/request.js';
import { ResourceError, badRequest, notFound, notSupported, preconditionFailed } from '../crest/resource-error.js';
import type { Database } from '../store/database/database.js';
import { isUniqueViolation } from '../store/database/database-errors.js';
import type { SpecialComparison } from '../store/filter-sql.js';
import { CASE_SENSITIVE, linkKey } from '../store/link-keys.js';
import { queryRows, type QuerySource } from '../store/sql-query.js';

interface Row { readonly id: string; readonly rev: number; readonly link_type: string; readonly link_qualifier: string; readonly first_id: string; readonly second_id: string }

const COLUMNS = 'id, rev, link_type, link_qualifier, first_id, second_id';
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** By the keys that links are found by: ids compare as their mapping has it. */
const byKey: SpecialComparison = ({ operator, pointer, value }, bound) => {
  if (operator !== 'eq' || pointer.length !== 1 || typeof value !== 'string') return undefined;
  const key = (column: string): string => `${column}_key = ANY(${bound.bind([linkKey(value, true), linkKey(value, false)])}::text[])`;
  switch (pointer[0]) {
    case 'linkType': return `link_type = ${bound.bind(value)}`;
    case 'linkQualifier': return `link_qualifier = ${bound.bind(value)}`;
    case 'firstId': return key('first');
    case 'secondId': return key('second');
    default: return undefined;
  }
};

const LINKS: QuerySource<Row> = {
  table: 'link', select: COLUMNS, key: 'id', keyType: 'uuid', isKey: (text) => UUID.test(text), special: byKey, toResource, keyOf: ({ id }) => id,
  content: "jsonb_build_object('_id', id::text, '_rev', rev::text, 'linkType', link_type, 'linkQualifier', link_qualifier, 'firstId', first_id, 'secondId', second_id)",
};

/** `/repo/link`: links to look at, to make and to remove. `path` begins behind `link`. */
export function linkRequests(database: Database): RequestHandler {
  return async (request, { signal }) => {
    const [id, ...rest] = request.path;
    if (rest.length > 0) throw notFound(`Resource 'repo/link/${request.path.join('/')}' not found`);
    if (request.kind === 'query' && id === undefined) return { kind: 'query', rows: queryRows(database, LINKS, request, signal) };
    if (request.kind === 'create' && id === undefined) return create(database, request.content);
    if (id === undefined || (request.kind !== 'read' && request.kind !== 'delete')) throw notSupported(`repo/link does not support ${request.kind}`);
    const row = UUID.test(id) ? await read(database, id) : undefined;
    if (row === undefined) throw notFound(`Object ${id} not found in link`);
    if (request.kind === 'delete') await remove(database, row, request);
    return { kind: 'resource', resource: toResource(row) };
  };
}

async function read(database: Database, id: string): Promise<Row | undefined> {
  return (await database.query<Row>(`SELECT ${COLUMNS} FROM link WHERE id = $1::uuid`, [id]))[0];
}

async function remove(database: Database, { id, rev }: Row, { revision }: RequestOf<'delete'>): Promise<void> {
  if (revision !== undefined && revision !== String(rev)) throw preconditionFailed(`The revision of link ${id} is ${rev}, not ${revision}`);
  await database.query('DELETE FROM link WHERE id = $1::uuid', [id]);
}

async function create(database: Database, content: JsonObject): Promise<CrestAnswer> {
  const [type, first, second] = [content['linkType'], content['firstId'], content['secondId']];
  const qualifier = content['linkQualifier'] ?? 'default';
  if (typeof type !== 'string' || typeof first !== 'string' || typeof second !== 'string' || typeof qualifier !== 'string') throw badRequest('A link has the texts linkType, firstId, secondId and, if not default, linkQualifier');
  try {
    const row = await database.transaction(async (tx) => {
      const [stored] = await tx.query<{ readonly first: boolean; readonly second: boolean }>('SELECT first_case_sensitive AS first, second_case_sensitive AS second FROM link_type WHERE link_type = $1', [type]);
      const [made] = await tx.query<Row>(
        `INSERT INTO link (link_type, link_qualifier, first_id, second_id, first_key, second_key) VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${COLUMNS}`,
        [type, qualifier, first, second, linkKey(first, stored?.first ?? CASE_SENSITIVE.firstCaseSensitive), linkKey(second, stored?.second ?? CASE_SENSITIVE.secondCaseSensitive)],
      );
      return made;
    });
    if (row === undefined) throw new ResourceError(500, 'The link was not stored');
    return { kind: 'resource', resource: toResource(row), createdAt: ['repo', 'link', row.id] };
  } catch (error) {
    if (isUniqueViolation(error)) throw preconditionFailed(`${error.constraint === 'link_first' ? first : second} has a link of ${type} already`);
    throw error;
  }
}

function toResource({ id, rev, link_type: linkType, link_qualifier: linkQualifier, first_id: firstId, second_id: secondId }: Row): Resource {
  return { id, revision: String(rev), content: { linkType, linkQualifier, firstId, secondId } };
}
