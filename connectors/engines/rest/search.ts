import {
  ConnectorError, LAST_PAGE, NAME, UID, attributeKey, itemsOf, mapChunks, type Chunks, type ConnectorObject, type Filter, type IcfValue, type OperationOptions, type SearchResult,
} from '../../../protocol/model/index.js';
import type { Call, FilterSplit, Results, SearchRequest, SplitRequest } from '../../framework/spi.js';
import type { ClassQuery, ObjectList, RestObjectClass } from './definition.js';
import { isJsonObject, valueAt, withValueAt, type Json, type JsonObject } from './json.js';
import type { RestAttribute } from './attributes.js';
import { givenValues, linkedValues } from './linked-values.js';
import { listed, pageSizeOf, pagesFrom, type ListDetails } from './list.js';
import { connectorObject, isLookedUp, isReadable, uidOf, uidVariables } from './object-mapping.js';
import { mappedInOrder } from './ordered-concurrency.js';
import { requireObject, type RestCall } from './rest-call.js';
import { classOf, restCall, type AnyRestConnector, type RestSession } from './rest-session.js';
import { pageCookie, parsePageCookie, type PageCookie } from './page-cookie.js';
import { placeBehind, wholeElements } from './whole-list.js';

/** What the caller gets to see: what is asked for, or what is given by default and the facade needs `besides`. */
export function classQuery(definition: RestObjectClass, options: OperationOptions, besides: readonly string[] = []): ClassQuery {
  const asked = options.attributesToGet === undefined ? undefined : new Set(options.attributesToGet.map(attributeKey));
  const also = new Set(besides.map(attributeKey));
  const byDefault = (name: string): boolean => definition.attributes[name]?.flags.includes('NOT_RETURNED_BY_DEFAULT') !== true || also.has(attributeKey(name));
  return { options, wants: (name) => (asked === undefined ? byDefault(name) : asked.has(attributeKey(name))) };
}

/** The uid a filter asks for by itself. */
export function uidWanted(filter: Filter | undefined): string | undefined {
  if (filter?.kind !== 'equals' || !filter.attribute.is(UID)) return undefined;
  const [value] = filter.attribute.values ?? [];
  return filter.attribute.values?.length === 1 && typeof value === 'string' ? value : undefined;
}

/** The part of a filter that asks for one uid. */
function uidIn(filter: Filter): Filter | undefined {
  return (filter.kind === 'and' ? filter.operands : [filter]).find((operand) => uidWanted(operand) !== undefined);
}

/** The value of an attribute that a filter reads the object by, in place of the uid. */
function keyWanted({ readBy = [] }: RestObjectClass, filter: Filter | undefined): string | undefined {
  if (filter?.kind !== 'equals' || !readBy.some((name) => filter.attribute.is(name))) return undefined;
  const [value] = filter.attribute.values ?? [];
  return filter.attribute.values?.length === 1 && typeof value === 'string' && value !== '' ? value : undefined;
}

/** A read by uid or by what stands for it, or what the list's own filters take. */
function splitBy(definition: RestObjectClass, filter: Filter): FilterSplit {
  if (definition.read !== undefined) {
    if (uidWanted(filter) !== undefined) return { native: filter, residual: undefined };
    const byUid = uidIn(filter);
    if (byUid !== undefined) return { native: byUid, residual: filter };
    // The service may know the object by other names as well, such as former ones.
    const byKey = (filter.kind === 'and' ? filter.operands : [filter]).find((operand) => keyWanted(definition, operand) !== undefined);
    if (byKey !== undefined) return { native: byKey, residual: filter };
  }
  return definition.filters?.split(filter) ?? { native: undefined, residual: filter };
}

/** Of a class the definition declares; the facade filters any other. */
export function declaredFilter({ objectClasses }: AnyRestConnector, filter: Filter, objectClass: string): FilterSplit {
  const definition = (objectClasses as Readonly<Record<string, RestObjectClass>>)[objectClass];
  return definition === undefined ? { native: undefined, residual: filter } : splitBy(definition, filter);
}

/** Of a class as the service tells of it. */
export async function splitFilter(session: RestSession, { objectClass, filter }: SplitRequest, call: Call): Promise<FilterSplit> {
  return splitBy(await classOf(session, restCall(session, call, 'search'), objectClass), filter);
}

/** The service's object, without what further requests tell. Undefined where nothing has the uid. */
export async function readWire(call: RestCall, objectClass: string, definition: RestObjectClass, uid: string, query: ClassQuery): Promise<JsonObject | undefined> {
  const { read } = definition;
  if (read === undefined) return undefined;
  if (read === 'list') return inList(call, objectClass, definition, uid, query);
  return unlessGone(readByRequest(call, definition, typeof read === 'string' ? { request: read } : read, uid, query));
}

async function readByRequest(call: RestCall, definition: RestObjectClass, read: Exclude<RestObjectClass['read'], string | undefined>, uid: string, query: ClassQuery): Promise<JsonObject | undefined> {
  if (typeof read === 'function') return read(call, uid, query);
  const { json, status } = await call.answer(read.request, { variables: uidVariables(definition, uid), uid, query: read.query?.(query), signal: call.signal });
  return json === null && status === 204 ? undefined : { ...definition.variables?.(uid), ...requireObject(valueAt(json, definition.item ?? ''), `The answer to ${read.request}`) };
}

async function inList(call: RestCall, objectClass: string, definition: RestObjectClass, uid: string, query: ClassQuery): Promise<JsonObject | undefined> {
  for await (const page of listed(call, await listOf(call, objectClass, definition, query), { signal: call.signal })) {
    const found = page.filter(isJsonObject).find((wire) => uidOf(definition, wire) === uid);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Objects of the service with what further requests tell of them; undefined where one has gone meanwhile. */
async function completedWires(call: RestCall, definition: RestObjectClass, wires: readonly JsonObject[], query: ClassQuery): Promise<readonly (JsonObject | undefined)[]> {
  const { complete = async (_: RestCall, wire: JsonObject) => wire, completeTogether } = definition;
  const whole = completeTogether === undefined ? await Promise.all(wires.map((wire) => unlessGone(complete(call, wire, query)))) : await completeTogether.complete(call, wires, query);
  return Promise.all(whole.map(async (wire) => (wire === undefined ? undefined : unlessGone(withFurther(call, definition, wire, query)))));
}

async function withFurther(call: RestCall, definition: RestObjectClass, wire: JsonObject, query: ClassQuery): Promise<JsonObject> {
  let whole = wire;
  for (const [name, attribute] of furtherIn(definition, query)) whole = withValueAt(whole, attribute.wire ?? name, await attribute.complete(call, wire, query));
  return whole;
}

type Completed = RestAttribute & { readonly complete: NonNullable<RestAttribute['complete']> };

/** Attributes that are asked for and take a request. */
function furtherIn({ attributes }: RestObjectClass, query: ClassQuery): readonly (readonly [string, Completed])[] {
  return Object.entries(attributes).filter((entry): entry is [string, Completed] => entry[1].complete !== undefined && query.wants(entry[0]));
}

async function unlessGone<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ConnectorError && error.kind === 'unknownUid') return undefined;
    throw error;
  }
}

/** Service's objects with all that is wanted of them, in their order. Undefined where one has gone meanwhile. */
async function completed(call: RestCall, objectClass: string, definition: RestObjectClass, wires: readonly JsonObject[], query: ClassQuery): Promise<readonly (ConnectorObject | undefined)[]> {
  const whole = wires.length === 0 ? [] : await completedWires(call, definition, wires, query);
  return Promise.all(whole.map(async (wire) => (wire === undefined ? undefined : unlessGone(withLinks(call, objectClass, definition, wire, query)))));
}

async function withLinks(call: RestCall, objectClass: string, definition: RestObjectClass, wire: JsonObject, query: ClassQuery): Promise<ConnectorObject> {
  const uid = uidOf(definition, wire);
  const linked = new Map<string, readonly IcfValue[]>();
  for (const [name, attribute] of Object.entries(definition.attributes)) {
    if (uid === undefined || !isLookedUp(attribute) || !isReadable(attribute) || !query.wants(name)) continue;
    linked.set(name, givenValues(attribute.linked, wire) ?? await linkedValues(call, attribute.linked, uid, query));
  }
  return connectorObject(objectClass, definition, wire, query, linked);
}

/** Whether the objects of a list lack something that is wanted. */
function needsReading(list: ObjectList, definition: RestObjectClass, query: ClassQuery): boolean {
  if (list.gives === undefined || definition.read === undefined) return false;
  const given = new Set([UID, NAME, ...list.gives].map(attributeKey));
  return Object.entries(definition.attributes).some(([name, attribute]) => !isLookedUp(attribute) && isReadable(attribute) && query.wants(name) && !given.has(attributeKey(name)));
}

/** An element of a list, and what it is as an object. */
export interface Listed { readonly wire: JsonObject; readonly object: ConnectorObject }

/** What elements of a list are as objects, by the handful, in their order; those that have gone meanwhile are left out. */
export async function* listedObjects(call: RestCall, objectClass: string, definition: RestObjectClass, list: ObjectList, query: ClassQuery, items: readonly Json[]): Chunks<Listed, void> {
  const reads = needsReading(list, definition, query);
  const wires = items.filter(isJsonObject);
  if (!reads && !needsMore(definition, query)) {
    if (wires.length > 0) yield wires.map((wire) => ({ wire, object: connectorObject(objectClass, definition, wire, query) }));
    return;
  }
  const read = async (own: RestCall, wire: JsonObject): Promise<JsonObject | undefined> => {
    const uid = uidOf(definition, wire);
    return reads && uid !== undefined ? readWire(own, objectClass, definition, uid, query) : wire;
  };
  const objectsOf = async (group: readonly JsonObject[], signal: AbortSignal): Promise<readonly Listed[]> => {
    const own = { ...call, signal };
    const present = (await Promise.all(group.map(async (wire) => ({ wire, whole: await read(own, wire) })))).flatMap(({ wire, whole }) => (whole === undefined ? [] : [{ wire, whole }]));
    const objects = await completed(own, objectClass, definition, present.map(({ whole }) => whole), query);
    return present.flatMap(({ wire }, index) => (objects[index] === undefined ? [] : [{ wire, object: objects[index] }]));
  };
  for await (const chunk of mappedInOrder(groupsOf(wires, definition.completeTogether?.most ?? 1), objectsOf, call.signal)) {
    const found = chunk.flat();
    if (found.length > 0) yield found;
  }
}

function groupsOf<T>(items: readonly T[], most: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / most) }, (_, index) => items.slice(index * most, (index + 1) * most));
}

/** Whether an object takes further requests once it is read. */
function needsMore(definition: RestObjectClass, query: ClassQuery): boolean {
  const { complete, completeTogether, attributes } = definition;
  return complete !== undefined || completeTogether !== undefined || furtherIn(definition, query).length > 0 || Object.entries(attributes).some(([name, attribute]) => isLookedUp(attribute) && isReadable(attribute) && query.wants(name));
}

/** The list of a class, for a search of it. */
export async function listOf(call: RestCall, objectClass: string, definition: RestObjectClass, query: ClassQuery): Promise<ObjectList> {
  const list = typeof definition.list === 'function' ? await definition.list(call, query) : definition.list;
  if (list === undefined) throw new ConnectorError('unsupportedOperation', `Objects of ${objectClass} cannot be searched at this service${definition.read === undefined ? '' : '; one can be read by its uid'}.`);
  return list;
}

export function search(session: RestSession, request: SearchRequest, call: Call): Results {
  return itemsOf(searchChunks(session, request, call));
}

async function* searchChunks(session: RestSession, { objectClass, filter, options, besides }: SearchRequest, call: Call): Chunks<ConnectorObject, SearchResult | undefined> {
  const at = restCall(session, call, 'search');
  const definition = await classOf(session, at, objectClass);
  const query = classQuery(definition, options, besides);
  const uid = definition.read === undefined ? undefined : uidWanted(filter) ?? keyWanted(definition, filter);
  if (uid === undefined) {
    const list = await listOf(at, objectClass, definition, { ...query, filter });
    const listing = { details: { ...nativeDetails(definition, filter), signal: call.signal }, progress: () => call.progress?.() };
    return yield* (list.whole === undefined ? pagedSearch : wholeSearch)(at, objectClass, definition, list, query, listing);
  }
  const wire = await readWire(at, objectClass, definition, uid, query);
  const [object] = wire === undefined ? [] : await completed(at, objectClass, definition, [wire], query);
  if (object !== undefined) yield [object];
  return LAST_PAGE;
}

interface Listing { readonly details: ListDetails; progress(): void }

/** All of a list, or as much of it as a page of the caller's holds. */
async function* pagedSearch(at: RestCall, objectClass: string, definition: RestObjectClass, list: ObjectList, query: ClassQuery, { details, progress }: Listing): Chunks<ConnectorObject, SearchResult> {
  const { pageSize, pagedResultsCookie, pagedResultsOffset = 0 } = query.options;
  const from = parsePageCookie(pagedResultsCookie) ?? { at: undefined, size: pageSizeOf(list, pageSize), skip: pagedResultsOffset };
  let left = pageSize ?? Infinity;
  // Elements before those wanted, of this page and, where an offset reaches further, of those behind it.
  let toSkip = from.skip;
  for await (const { items, at: page, before, end } of pagesFrom(at, list, from, details)) {
    const skipped = Math.min(toSkip, items.length);
    toSkip -= skipped;
    const taken = items.slice(skipped, skipped + left);
    if (taken.length > 0) yield* mapChunks(listedObjects(at, objectClass, definition, list, query, taken), ({ object }) => object);
    left -= taken.length;
    if (left === 0 && skipped + taken.length < items.length) return pageEnd({ at: page, size: from.size, skip: before + skipped + taken.length });
    if (end?.next !== undefined && isFull(list, left, pageSize)) return pageEnd({ at: end.next, size: from.size, skip: 0 });
    progress();
  }
  return LAST_PAGE;
}

async function* wholeSearch(at: RestCall, objectClass: string, definition: RestObjectClass, list: ObjectList, query: ClassQuery, { details, progress }: Listing): Chunks<ConnectorObject, SearchResult> {
  const { pageSize = Infinity, pagedResultsCookie, pagedResultsOffset = 0 } = query.options;
  const from = parsePageCookie(pagedResultsCookie)?.at;
  const elements = await wholeElements(at, definition, list, details, { uidsOnly: needsReading(list, definition, query), progress });
  const first = typeof from === 'string' ? placeBehind(elements, from) : pagedResultsOffset;
  const page = elements.slice(first, first + pageSize);
  yield* mapChunks(listedObjects(at, objectClass, definition, list, query, page.map(({ wire }) => wire)), ({ object }) => object);
  const last = page.at(-1);
  return last === undefined || first + page.length >= elements.length ? LAST_PAGE : pageEnd({ at: last.uid, size: page.length, skip: 0 });
}

/** Whether a page of the caller's ends where one of the service's does. */
function isFull({ ownPages = false }: ObjectList, left: number, pageSize: number | undefined): boolean {
  return left === 0 || (ownPages && pageSize !== undefined && left < pageSize);
}

function nativeDetails({ filters }: RestObjectClass, filter: Filter | undefined): Pick<ListDetails, 'query' | 'headers'> {
  return filter === undefined || filters === undefined ? {} : { query: filters.query(filter), headers: filters.headers?.(filter) };
}

function pageEnd(next: PageCookie): SearchResult {
  return { ...LAST_PAGE, pagedResultsCookie: pageCookie(next) };
}
