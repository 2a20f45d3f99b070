import {
  Attribute, ConnectorError, ConnectorObject, IcfDouble, LAST_PAGE, NAME, Name, UID, Uid, attributeKey,
  type IcfValue, type SearchResult, type SyncDelta, type SyncDeltaKind, type SyncToken,
} from '../../../protocol/model/index.js';

/** Reads what scripts answer and hand to their handler. Throws `connector`, naming what is wrong. */

function refuse(what: string): never {
  throw new ConnectorError('connector', `${what}.`);
}

type Given = ReadonlyMap<IcfValue, IcfValue>;

function mapOf(given: IcfValue | undefined, what: string): Given {
  return given instanceof Map ? given : refuse(`${what} has to be an object`);
}

/** Texts and numbers, as keys of tables are either. */
function keyText(given: IcfValue | undefined, what: string): string {
  const number = given instanceof IcfDouble ? given.value : given;
  const text = typeof number === 'bigint' || (typeof number === 'number' && Number.isFinite(number)) ? String(number) : given;
  return typeof text === 'string' && text.trim() !== '' ? text : refuse(`${what} has to be a text that is not empty`);
}

function isNumber(given: IcfValue): boolean {
  return typeof given === 'number' || typeof given === 'bigint' || given instanceof IcfDouble;
}

function optionalText(given: IcfValue | undefined): string | undefined {
  return typeof given === 'string' && given !== '' ? given : undefined;
}

/** A text, a number, `icf.uid(uid, revision)`, or `{uid, revision}`. */
export function uidOf(given: IcfValue | undefined, what = 'The uid'): Uid {
  if (given instanceof Uid) return given;
  if (given instanceof Map) {
    const own = given.get('uid');
    return own instanceof Uid ? own : new Uid(keyText(own, what), optionalText(given.get('revision')));
  }
  return new Uid(keyText(given, what));
}

/** `{uid, name, attributes: {mail: 'a@example.com', groups: ['x', 'y'], title: null}, revision?, objectClass?}`; the name may be called `id`, and is the uid where it is left out. */
export function objectOf(given: IcfValue | undefined, objectClass: string): ConnectorObject {
  const object = mapOf(given, 'A result');
  const uid = uidOf(given, 'The uid of a result');
  const name = object.get('name') ?? object.get('id');
  const attributes = object.get('attributes') ?? new Map<IcfValue, IcfValue>();
  const own = [...mapOf(attributes, 'What is in attributes')].map(([key, value]) => attributeOf(key, value)).filter((attribute) => attribute !== undefined);
  const keys = new Set(own.map(({ name: one }) => attributeKey(one)));
  if (keys.size < own.length) refuse(`A result has attributes whose names differ by case only: ${own.map(({ name: one }) => one).join(', ')}`);
  return new ConnectorObject(optionalText(object.get('objectClass')) ?? objectClass, [uid, new Name(name === undefined || name === null ? uid.value : keyText(name, 'The name of a result')), ...own]);
}

const IDENTIFIERS: ReadonlySet<string> = new Set([UID, NAME].map(attributeKey));

function attributeOf(key: IcfValue, value: IcfValue): Attribute | undefined {
  const name = keyText(key, 'The name of an attribute');
  if (IDENTIFIERS.has(attributeKey(name))) return undefined;
  return new Attribute(name, value === null ? null : value instanceof Set ? [...value] : Array.isArray(value) ? value : [value]);
}

const DELTAS: ReadonlyMap<string, SyncDeltaKind> = new Map<string, SyncDeltaKind>([
  ['CREATE', 'CREATE'], ['UPDATE', 'UPDATE'], ['CREATE_OR_UPDATE', 'CREATE_OR_UPDATE'], ['DELETE', 'DELETE'],
]);

/** `{kind, token, uid, object, objectClass?, previousUid?}`; `kind` is CREATE_OR_UPDATE where it is left out. `object` may leave out the uid. */
export function deltaOf(given: IcfValue | undefined, objectClass: string): SyncDelta {
  const delta = mapOf(given, 'A change');
  const kind = kindOf(delta.get('kind'));
  const object = present(delta.get('object'));
  const of = object === undefined ? new Map<IcfValue, IcfValue>() : mapOf(object, 'The object of a change');
  const uid = uidOf(delta.get('uid') ?? of.get('uid'), 'The uid of a change');
  const ofClass = optionalText(delta.get('objectClass')) ?? optionalText(of.get('objectClass'));
  const previous = present(delta.get('previousUid'));
  return {
    kind, uid, objectClass: ofClass, token: tokenOf(delta.get('token')) ?? refuse('A change needs the token that leads on after it'),
    previousUid: previous === undefined ? undefined : uidOf(previous, 'The previous uid of a change'),
    object: kind === 'DELETE' || object === undefined ? undefined : objectOf(new Map(of).set('uid', uid), ofClass ?? objectClass),
  };
}

function kindOf(given: IcfValue | undefined): SyncDeltaKind {
  const kind = present(given) ?? 'CREATE_OR_UPDATE';
  return (typeof kind === 'string' ? DELTAS.get(kind.toUpperCase()) : undefined) ?? refuse('The kind of a change has to be CREATE, UPDATE, CREATE_OR_UPDATE or DELETE');
}

function present(given: IcfValue | undefined): Exclude<IcfValue, null> | undefined {
  return given ?? undefined;
}

/** Any value but null, or `{token}`. */
export function tokenOf(given: IcfValue | undefined): SyncToken | undefined {
  const value = given instanceof Map ? given.get('token') : given;
  return value === undefined || value === null ? undefined : { value };
}

/**
 * A text is the cookie of the next page; or `{pagedResultsCookie, remainingPagedResults, totalPagedResults}`; nothing, or anything
 * else that cannot be meant as a cookie, is the last page.
 */
export function searchResultOf(given: IcfValue): SearchResult {
  if (typeof given === 'string' && given !== '') return { ...LAST_PAGE, pagedResultsCookie: given };
  // Whether it is an offset or a count, nobody can tell; taken for the last page, an offset would lose all pages after it.
  if (isNumber(given)) return refuse('A search script has answered a number: the cookie of the next page has to be a text, or {pagedResultsCookie: …}; a count is no answer');
  if (!(given instanceof Map)) return LAST_PAGE;
  const count = (name: string): number => {
    const value = given.get(name);
    return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : -1;
  };
  const cookie = given.get('pagedResultsCookie') ?? null;
  const total = count('totalPagedResults');
  return {
    pagedResultsCookie: cookie === null || cookie === '' ? null : keyText(cookie, 'The pagedResultsCookie'), remainingPagedResults: count('remainingPagedResults'),
    totalPagedResults: total, totalPagedResultsPolicy: total < 0 ? 'NONE' : given.get('totalPagedResultsPolicy') === 'ESTIMATE' ? 'ESTIMATE' : 'EXACT',
  };
}
