import {
  Attribute, ClassReference, ConnectorObject, GuardedByteArray, GuardedString, IcfArray, IcfBigDecimal, IcfBigInteger, IcfByte, IcfCharacter, IcfDouble, IcfFile, IcfFloat, IcfUri, Name, NAME,
  QualifiedUid, SortKey, UID, Uid, type Filter, type IcfValue, type SyncDelta,
} from '../../../protocol/model/index.js';
import { isObject, type JsonObject, type JsonValue } from '../../../protocol/crest/json.js';
import { isSecretName } from '../secret-names.js';
import { SCRUBBED } from './scrubber.js';

/** ICF values as JSON that keeps Java's types apart: `{"long": "5"}`; a secret is `{"guarded": true}` and comes back as a placeholder. */
export function valueJson(value: IcfValue): JsonValue {
  if (typeof value === 'bigint') return { long: value.toString() };
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof GuardedString || value instanceof GuardedByteArray) return { guarded: true };
  return collectionJson(value) ?? numberJson(value) ?? referenceJson(value) ?? { text: value.constructor.name };
}

type Structure = Exclude<IcfValue, null | string | boolean | number | bigint>;

function collectionJson(value: Structure): JsonObject | undefined {
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return { list: value.map(valueJson) };
  if (value instanceof Set) return { set: [...value].map(valueJson) };
  if (value instanceof Map) return { map: [...value].map(([key, item]) => [valueJson(key), typeof key === 'string' && isSecretName(key) ? SCRUBBED : valueJson(item)]) };
  if (value instanceof IcfArray) return { array: value.componentType, items: value.items.map(valueJson) };
  return undefined;
}

function numberJson(value: Structure): JsonObject | undefined {
  if (value instanceof IcfDouble) return { double: String(value.value) };
  if (value instanceof IcfFloat) return { float: String(value.value) };
  if (value instanceof IcfByte) return { byte: value.value };
  if (value instanceof IcfBigInteger) return { bigInteger: String(value.value) };
  if (value instanceof IcfBigDecimal) return { bigDecimal: String(value.unscaled), scale: value.scale };
  return undefined;
}

function referenceJson(value: Structure): JsonObject | undefined {
  if (value instanceof IcfCharacter) return { char: value.value };
  if (value instanceof IcfUri) return { uri: value.value };
  if (value instanceof IcfFile) return { file: value.path };
  if (value instanceof ClassReference) return { class: value.typeName };
  if (value instanceof QualifiedUid) return { objectClass: value.objectClass, uid: value.uid };
  if (value instanceof SortKey) return { field: value.field, ascending: value.isAscending };
  return value instanceof Attribute ? { attribute: attributeJson(value) } : undefined;
}

const text = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value));
const items = (value: JsonValue | undefined): JsonValue[] => (Array.isArray(value) ? value : []);

/** The inverse of {@link valueJson}. */
export function valueOf(json: JsonValue): IcfValue {
  if (Array.isArray(json)) return json.map(valueOf);
  if (!isObject(json)) return json;
  if ('long' in json) return BigInt(text(json['long']));
  if ('guarded' in json) return new GuardedString(SCRUBBED);
  if ('bytes' in json) return new Uint8Array(Buffer.from(text(json['bytes']), 'base64'));
  if ('list' in json) return items(json['list']).map(valueOf);
  if ('set' in json) return new Set(items(json['set']).map(valueOf));
  if ('map' in json) return new Map(items(json['map']).map((pair): [IcfValue, IcfValue] => [valueOf(items(pair)[0] ?? null), valueOf(items(pair)[1] ?? null)]));
  if ('array' in json) return new IcfArray(text(json['array']), items(json['items']).map(valueOf));
  return scalarOf(json);
}

function scalarOf(json: JsonObject): IcfValue {
  if ('double' in json) return new IcfDouble(Number(json['double']));
  if ('float' in json) return new IcfFloat(Number(json['float']));
  if ('byte' in json) return new IcfByte(Number(json['byte']));
  if ('bigInteger' in json) return new IcfBigInteger(BigInt(text(json['bigInteger'])));
  if ('bigDecimal' in json) return new IcfBigDecimal(BigInt(text(json['bigDecimal'])), Number(json['scale']));
  if ('char' in json) return new IcfCharacter(text(json['char']));
  if ('uri' in json) return new IcfUri(text(json['uri']));
  if ('file' in json) return new IcfFile(text(json['file']));
  if ('class' in json) return new ClassReference(text(json['class']));
  if ('uid' in json) return new QualifiedUid(text(json['objectClass']), text(json['uid']));
  return text(json['text']);
}

export function attributeJson({ name, values }: Attribute): JsonObject {
  return { name, values: values === null ? null : isSecretName(name) ? values.map(() => ({ guarded: true })) : values.map(valueJson) };
}

export function attributeOf(json: JsonValue): Attribute {
  const { name, values } = json as { name: string; values: JsonValue[] | null };
  if (name === NAME) return new Name(text(values?.[0]));
  return new Attribute(name, values === null ? null : values.map(valueOf));
}

export function uidJson({ value, revision }: Uid): JsonObject {
  return revision === undefined ? { uid: value } : { uid: value, revision };
}

export function uidOf(json: JsonValue): Uid {
  const { uid, revision } = json as { uid: string; revision?: string };
  return new Uid(uid, revision);
}

export function objectJson(object: ConnectorObject): JsonObject {
  return { objectClass: object.objectClass, ...uidJson(object.uid), attributes: object.attributes.filter((attribute) => !attribute.is(UID)).map(attributeJson) };
}

export function objectOf(json: JsonValue): ConnectorObject {
  const { objectClass, attributes } = json as { objectClass: string; attributes: JsonValue[] };
  return new ConnectorObject(objectClass, [uidOf(json), ...attributes.map(attributeOf)]);
}

export function deltaJson({ kind, token, uid, objectClass, previousUid, object }: SyncDelta): JsonObject {
  return {
    kind, token: valueJson(token.value), uid: uidJson(uid), ...(objectClass === undefined ? {} : { objectClass }), ...(previousUid === undefined ? {} : { previousUid: uidJson(previousUid) }),
    ...(object === undefined ? {} : { object: objectJson(object) }),
  };
}

export function deltaOf(json: JsonValue): SyncDelta {
  const { kind, token = null, uid = null, objectClass, previousUid, object } = json as JsonObject;
  return {
    kind: kind as SyncDelta['kind'], token: { value: valueOf(token) }, uid: uidOf(uid), objectClass: typeof objectClass === 'string' ? objectClass : undefined,
    ...(previousUid === undefined ? {} : { previousUid: uidOf(previousUid) }), ...(object === undefined ? {} : { object: objectOf(object) }),
  };
}

export function filterJson(filter: Filter | undefined): JsonValue {
  if (filter === undefined) return null;
  if (filter.kind === 'and' || filter.kind === 'or') return { kind: filter.kind, operands: filter.operands.map(filterJson) };
  if (filter.kind === 'not') return { kind: 'not', operand: filterJson(filter.operand) };
  if (filter.kind === 'presence') return { kind: 'presence', name: filter.name };
  return { kind: filter.kind, ...(filter.kind === 'extendedMatch' ? { operator: filter.operator } : {}), attribute: attributeJson(filter.attribute) };
}

export function filterOf(json: JsonValue): Filter | undefined {
  if (!isObject(json)) return undefined;
  const { kind, operands, operand = null, name, attribute = null, operator } = json;
  if (kind === 'and' || kind === 'or') return { kind, operands: items(operands).flatMap((one) => filterOf(one) ?? []) };
  if (kind === 'not') return { kind, operand: filterOf(operand) ?? { kind: 'presence', name: UID } };
  if (kind === 'presence') return { kind, name: text(name) };
  const { name: of } = attribute as { name: string };
  const value = of === UID ? new Uid(text((attribute as { values: JsonValue[] }).values[0])) : attributeOf(attribute);
  return { kind, ...(operator === undefined ? {} : { operator }), attribute: value } as Filter;
}
