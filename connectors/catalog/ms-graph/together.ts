import { allListed, isJsonObject, objectsAt, pagesFrom, valueAt, type Json, type JsonObject } from '../../engines/rest/index.js';
import { listBelow, type GraphCall, type GraphPath } from './reading.js';

/** https://learn.microsoft.com/en-us/graph/json-batching */
const MOST_IN_BATCH = 20;

/**
 * The lists at several paths (with query), whole, in their order; an empty one where there is nothing. One request asks for up to twenty,
 * answered in any order. Whatever is not answered well in a batch, as where Graph holds back one of its requests with 429, is asked for
 * alone: then the engine waits, repeats and words the error.
 */
export async function listsTogether(call: GraphCall, paths: readonly GraphPath[]): Promise<readonly (readonly JsonObject[])[]> {
  const lists: (readonly JsonObject[])[] = [];
  for (let start = 0; start < paths.length; start += MOST_IN_BATCH) lists.push(...await batch(call, paths.slice(start, start + MOST_IN_BATCH)));
  return lists;
}

async function batch(call: GraphCall, paths: readonly GraphPath[]): Promise<readonly (readonly JsonObject[])[]> {
  const [only, second] = paths;
  if (only === undefined) return [];
  if (second === undefined) return [await alone(call, only)];
  const requests = paths.map((url, index) => ({ id: String(index), method: 'GET', url }));
  const responses = objectsAt(await call.send('POST /$batch', { json: { requests }, kind: 'read', signal: call.signal }), 'responses');
  const given = new Map(responses.map((response) => [response['id'], response]));
  const lists: (readonly JsonObject[])[] = [];
  for (const [index, path] of paths.entries()) lists.push(await restOf(call, path, given.get(String(index))) ?? await alone(call, path));
  return lists;
}

/** A batch has the first page of each list. */
async function restOf(call: GraphCall, path: GraphPath, response: JsonObject | undefined): Promise<readonly JsonObject[] | undefined> {
  const body = response?.['status'] === 200 ? response['body'] : undefined;
  const first = valueAt(body, 'value');
  if (!isJsonObject(body) || !Array.isArray(first)) return undefined;
  const all = [...first as readonly Json[]];
  const next = body['@odata.nextLink'];
  if (typeof next === 'string') for await (const { items } of pagesFrom(call, listBelow(path), { at: next, size: all.length }, { signal: call.signal })) all.push(...items);
  return all.filter(isJsonObject);
}

const alone = (call: GraphCall, path: GraphPath): Promise<readonly JsonObject[]> => allListed(call, { ...listBelow(path), empty: [404] });
