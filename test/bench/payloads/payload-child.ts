import protobuf from 'protobufjs';
import type * as codecModule from '../../../protocol/codec/index.js';
import type * as frameModule from '../../../protocol/frame.js';
import type * as modelModule from '../../../protocol/model/index.js';
import type { Built } from '../suite/child.js';
import { PLAIN_PROTO } from './plain.proto.js';

/** Encodes and decodes each kind of payload in a process that does nothing else, with the codec of the build. */
export type PayloadMethods = Awaited<ReturnType<typeof methods>>;

export const PAYLOADS = ['attributes', 'connector object', 'schema', 'options', 'filter', 'sync delta', 'error'] as const;
export type Payload = (typeof PAYLOADS)[number];
export const CODECS = ['ours', 'json', 'protobuf'] as const;
export type Codec = (typeof CODECS)[number];

interface Both { encode(): Uint8Array; decode(bytes: Uint8Array): unknown }

const ATTRIBUTES: readonly (readonly [string, readonly (string | boolean | bigint)[]])[] = [
  ['__UID__', ['d3b7c1e0-5b7a-4a64-9d4f-0d5c2a3b6f10']], ['__NAME__', ['uid=amina,ou=People,dc=example,dc=com']],
  ['givenName', ['Amina']], ['sn', ['Abara']], ['cn', ['Amina Abara', 'A. Abara']], ['mail', ['amina@example.com']], ['telephoneNumber', ['+49 30 100472']], ['employeeNumber', ['100472']],
  ['departmentNumber', ['137']], ['title', ['Engineer']], ['manager', ['uid=boris,ou=People,dc=example,dc=com']], ['l', ['Grenoble']], ['objectClass', ['top', 'person', 'organizationalPerson', 'inetOrgPerson']],
  ['memberOf', ['cn=staff,ou=Groups,dc=example,dc=com', 'cn=build,ou=Groups,dc=example,dc=com']], ['__ENABLE__', [true]], ['__LAST_LOGIN_DATE__', [1_730_000_000_000n]], ['description', ['Works in Köln, since 1994']],
];
const CLASSES = ['__ACCOUNT__', '__GROUP__', 'organizationalUnit'];
const OPERATIONS = ['CreateApiOp', 'UpdateApiOp', 'DeleteApiOp', 'SearchApiOp', 'SyncApiOp'] as const;

const plainValue = (value: string | boolean | bigint) => (typeof value === 'string' ? { text: value } : typeof value === 'boolean' ? { flag: value } : { long: Number(value) });
const jsonValue = (value: string | boolean | bigint) => (typeof value === 'bigint' ? Number(value) : value);

function plain(name: string, data: object, types: protobuf.Root): Both {
  const type = types.lookupType(name);
  return { encode: () => type.encode(data).finish(), decode: (bytes) => type.decode(bytes) };
}

function json(data: object): Both {
  return { encode: () => Buffer.from(JSON.stringify(data)), decode: (bytes) => JSON.parse((bytes as Buffer).toString()) as unknown };
}

/** Operations a second over so many milliseconds. */
function rate(one: () => void, milliseconds: number): number {
  const startedAt = performance.now();
  let count = 0;
  let now = startedAt;
  while (now - startedAt < milliseconds) {
    for (let turn = 0; turn < 64; turn++) one();
    count += 64;
    now = performance.now();
  }
  return count / ((now - startedAt) / 1000);
}

function ours(codec: typeof codecModule, model: typeof modelModule, { decodeFrame }: typeof frameModule): Record<Payload, Both> {
  const { Attribute, ConnectorError, ConnectorObject, IcfArray, Name, OperationOptions, Uid } = model;
  const [[, [uid]], [, [name]], ...rest] = ATTRIBUTES as [[string, [string]], [string, [string]], ...typeof ATTRIBUTES];
  const attributes = [new Uid(uid), new Name(name), ...rest.map(([each, values]) => new Attribute(each, values))];
  const object = new ConnectorObject('__ACCOUNT__', attributes);
  const infos = rest.map(([each, values]) => model.attributeInfo(each, 'String', ...(values.length > 1 ? ['MULTIVALUED'] as const : [])));
  const schema: modelModule.Schema = {
    objectClasses: CLASSES.map((type) => ({ type, isContainer: type === 'organizationalUnit', attributes: infos })), operationOptions: [{ name: 'ATTRS_TO_GET', type: 'String[]' }, { name: 'PAGE_SIZE', type: 'Integer' }],
    objectClassesByOperation: new Map(OPERATIONS.map((each) => [each, CLASSES])), optionsByOperation: new Map([['SearchApiOp', ['ATTRS_TO_GET', 'PAGE_SIZE']]]),
  };
  const options = OperationOptions.of({ ATTRS_TO_GET: new IcfArray('String', rest.map(([each]) => each)), PAGE_SIZE: 500 });
  const filter: modelModule.Filter = {
    kind: 'and', operands: [
      { kind: 'equals', attribute: new Attribute('departmentNumber', ['137']) },
      { kind: 'or', operands: [{ kind: 'startsWith', attribute: new Attribute('sn', ['Aba']) }, { kind: 'contains', attribute: new Attribute('mail', ['@example']) }] },
    ],
  };
  const delta: modelModule.SyncDelta = { kind: 'CREATE_OR_UPDATE', token: { value: '20260101120000.000001Z' }, uid: new Uid(uid), objectClass: '__ACCOUNT__', object };
  const error = new ConnectorError('alreadyExists', 'The entry uid=amina,ou=People,dc=example,dc=com exists already.', { cause: new Error('LDAP error 68: entryAlreadyExists') });
  const framed = (kind: 'get' | 'sync') => (bytes: Uint8Array): unknown => {
    const message = decodeFrame(bytes);
    return message.kind === 'operationResponse' ? codec.decodeResponse(kind, message.response) : message.kind === 'error' ? codec.connectorErrorOf(message) : undefined;
  };
  return {
    attributes: { encode: () => codec.encodeAttributes(attributes), decode: codec.decodeAttributes }, 'connector object': { encode: () => codec.encodeConnectorObject(object), decode: codec.decodeConnectorObject },
    schema: { encode: () => codec.encodeSchema(schema), decode: codec.decodeSchema }, options: { encode: () => codec.encodeOptions(options), decode: codec.decodeOptions },
    filter: { encode: () => codec.encodeFilter(filter), decode: codec.decodeFilter }, 'sync delta': { encode: () => codec.encodeStreamItem(1, 'sync', delta, 1), decode: framed('sync') },
    error: { encode: () => codec.encodeError(1, error), decode: framed('get') },
  };
}

/** The same data without classes: for JSON as it would be written there, for protobuf with its unions. */
function others(): Record<Payload, { readonly json: object; readonly type: string; readonly protobuf: object }> {
  const jsonAttributes = ATTRIBUTES.map(([name, values]) => ({ name, values: values.map(jsonValue) }));
  const plainAttributes = ATTRIBUTES.map(([name, values]) => ({ name, values: values.map(plainValue) }));
  const rest = ATTRIBUTES.slice(2);
  const infos = rest.map(([name, values]) => ({ name, type: 'String', flags: values.length > 1 ? [1] : [] }));
  const schema = {
    objectClasses: CLASSES.map((type) => ({ type, isContainer: type === 'organizationalUnit', attributes: infos })), operationOptions: [{ name: 'ATTRS_TO_GET', type: 'String[]' }, { name: 'PAGE_SIZE', type: 'Integer' }],
    objectClassesByOperation: OPERATIONS.map((operation) => ({ operation, names: CLASSES })), optionsByOperation: [{ operation: 'SearchApiOp', names: ['ATTRS_TO_GET', 'PAGE_SIZE'] }],
  };
  const names = rest.map(([name]) => name);
  const leaf = (kind: string, name: string, text: string, wrap: (value: string) => unknown) => ({ kind, attribute: { name, values: [wrap(text)] } });
  const filter = (wrap: (value: string) => unknown) => ({
    kind: 'and', operands: [leaf('equals', 'departmentNumber', '137', wrap), { kind: 'or', operands: [leaf('startsWith', 'sn', 'Aba', wrap), leaf('contains', 'mail', '@example', wrap)] }],
  });
  const token = '20260101120000.000001Z';
  const uid = 'd3b7c1e0-5b7a-4a64-9d4f-0d5c2a3b6f10';
  const failure = { javaClass: 'org.identityconnectors.framework.common.exceptions.AlreadyExistsException', message: 'The entry uid=amina,ou=People,dc=example,dc=com exists already.', causes: [{ javaClass: 'java.lang.Exception', message: 'LDAP error 68: entryAlreadyExists' }] };
  return {
    attributes: { json: jsonAttributes, type: 'Attributes', protobuf: { attributes: plainAttributes } },
    'connector object': { json: { objectClass: '__ACCOUNT__', attributes: jsonAttributes }, type: 'Object', protobuf: { objectClass: '__ACCOUNT__', attributes: plainAttributes } },
    schema: { json: schema, type: 'Schema', protobuf: schema },
    options: { json: { ATTRS_TO_GET: names, PAGE_SIZE: 500 }, type: 'Options', protobuf: { options: [{ name: 'ATTRS_TO_GET', texts: names }, { name: 'PAGE_SIZE', value: { number: 500 } }] } },
    filter: { json: filter((value) => value), type: 'Filter', protobuf: filter((text) => ({ text })) },
    'sync delta': {
      json: { kind: 'CREATE_OR_UPDATE', token, uid, object: { objectClass: '__ACCOUNT__', attributes: jsonAttributes } }, type: 'Delta',
      protobuf: { kind: 'CREATE_OR_UPDATE', token: { text: token }, uid, object: { objectClass: '__ACCOUNT__', attributes: plainAttributes } },
    },
    error: { json: failure, type: 'Failure', protobuf: failure },
  };
}

export async function methods(built: Built) {
  const own = ours(await built('protocol/codec/index.js') as typeof codecModule, await built('protocol/model/index.js') as typeof modelModule, await built('protocol/frame.js') as typeof frameModule);
  const types = protobuf.parse(PLAIN_PROTO).root;
  const rest = others();
  const codecs = new Map(PAYLOADS.map((payload) => [payload, { ours: own[payload], json: json(rest[payload].json), protobuf: plain(rest[payload].type, rest[payload].protobuf, types) }]));
  return {
    /** Operations a second each way, and the bytes of one. */
    async measure({ payload, codec, milliseconds }: { readonly payload: Payload; readonly codec: Codec; readonly milliseconds: number }): Promise<{ encoded: number; decoded: number; bytes: number }> {
      const { encode, decode } = codecs.get(payload)?.[codec] ?? (() => { throw new Error(`There is no ${payload} by ${codec}.`); })();
      const bytes = Uint8Array.prototype.slice.call(encode()) as Uint8Array;
      const copy = Buffer.from(bytes);
      return { encoded: rate(encode, milliseconds), decoded: rate(() => { decode(copy); }, milliseconds), bytes: bytes.length };
    },
  };
}
