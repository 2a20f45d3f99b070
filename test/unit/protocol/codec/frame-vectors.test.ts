import { describe, expect, test } from 'vitest';
import {
  connectorErrorOf, decodeConfigurationProperties, decodeConnectorInfos, decodeOperation, decodeResponse, encodeAcknowledgement,
  encodeConfigurationProperties, encodeConnectorInfos, encodeError, encodeOperationRequest, encodeSingleResult, encodeStreamEnd,
  encodeStreamItem,
} from '../../../../protocol/codec/index.js';
import { decodeFrame, encodeMessage } from '../../../../protocol/frame.js';
import type { Message } from '../../../../protocol/message.js';
import {
  Attribute, ConnectorError, ConnectorObject, GuardedString, IcfArray, Locale, Name, OperationOptions, Script, Uid,
  type ConfigurationProperty, type Operation, type OperationKind, type Schema, type SyncDelta,
} from '../../../../protocol/model/index.js';
import { bytes, hex, plain, vectors } from './plain.js';

const vector = (id: string): string => vectors.frames.find((frame) => frame.id === id)!.hex;
const frame = (id: string): Message => decodeFrame(bytes(vector(id)));

const connectorKey = { bundleName: 'b', bundleVersion: '1.0', connectorName: 'c.C' };
const en = new Locale('en');
const none = { options: OperationOptions.none };
const account = { objectClass: '__ACCOUNT__', ...none };
const bob = new ConnectorObject('__ACCOUNT__', [new Uid('1'), new Name('bob')]);

const requests: readonly (readonly [string, number, Operation, Locale])[] = [
  ['V08', 2, { kind: 'test' }, en],
  ['V10', 3, { kind: 'validate' }, en],
  ['V12', 4, { kind: 'create', ...account, attributes: [new Name('bob'), Attribute.of('sn', 'B')] }, en],
  ['V14', 5, { kind: 'update', ...account, uid: new Uid('1'), updateType: 'ADD', attributes: [Attribute.of('mail', 'a')] }, en],
  ['V15', 6, {
    kind: 'search', ...account, filter: { kind: 'equals', attribute: new Name('bob') },
    options: OperationOptions.of({ ATTRS_TO_GET: new IcfArray('String', ['a', 'b']) }),
  }, en],
  ['V20', 8, { kind: 'latestSyncToken', objectClass: '__ACCOUNT__' }, en],
  ['V22', 9, { kind: 'sync', ...account, token: { value: 5 } }, en],
  ['V27', 10, { kind: 'authenticate', ...account, username: 'bob', password: new GuardedString('Passw0rd') }, en],
  ['V28', 11, { kind: 'get', ...account, uid: new Uid('1') }, en],
  ['V30', 12, { kind: 'scriptOnConnector', ...none, script: new Script('GROOVY', '1'), scriptArguments: new Map([['a', 'b']]) }, en],
  ['V32', 13, { kind: 'delete', ...account, uid: new Uid('1', '2') }, new Locale('en', 'US')],
];

describe('operation requests of the specification', () => {
  test.each(requests)('%s decodes', (id, messageId, operation, locale) => {
    const message = frame(id);
    if (message.kind !== 'operationRequest') throw new Error(message.kind);
    expect(message).toMatchObject({ id: messageId, connectorKey, facadeKey: 'RkFDQURF', locale, operationId: undefined });
    expect(message.operation.kind).toBe(operation.kind);
    expect(plain(decodeOperation(message.operation))).toEqual(plain(operation));
  });

  test.each(requests)('%s is encoded byte for byte', (id, messageId, operation, locale) => {
    expect(hex(encodeOperationRequest({ id: messageId, connectorKey, facadeKey: 'RkFDQURF', locale, operation }))).toBe(vector(id));
  });
});

const emptySchema: Schema = { objectClasses: [], operationOptions: [], objectClassesByOperation: new Map(), optionsByOperation: new Map() };
const deleted: SyncDelta = { kind: 'DELETE', token: { value: 6 }, uid: new Uid('1'), objectClass: '__ACCOUNT__' };
const unknownTotals = { pagedResultsCookie: null, totalPagedResultsPolicy: 'NONE', totalPagedResults: -1, remainingPagedResults: -1 } as const;
const estimate = { pagedResultsCookie: 'abc', totalPagedResultsPolicy: 'ESTIMATE', totalPagedResults: 100, remainingPagedResults: 90 } as const;
const batchToken = { tokens: [], queryRequired: false, asynchronousResults: false, returnsResults: true };

const responses: readonly (readonly [string, OperationKind, unknown, () => Uint8Array])[] = [
  ['V09', 'test', { type: 'result', result: undefined }, () => encodeSingleResult(2, 'test', undefined)],
  ['V11', 'validate', { type: 'result', result: undefined }, () => encodeSingleResult(3, 'validate', undefined)],
  ['V13', 'create', { type: 'result', result: new Uid('1', '2') }, () => encodeSingleResult(4, 'create', new Uid('1', '2'))],
  ['V16', 'search', { type: 'item', item: bob, sequence: 1, last: false }, () => encodeStreamItem(6, 'search', bob, 1)],
  ['V17', 'search', { type: 'end', end: unknownTotals, sequence: 1 }, () => encodeStreamEnd(6, 'search', unknownTotals, 1)[0]!],
  ['V18', 'search', { type: 'end', end: estimate, sequence: 10 }, () => encodeStreamEnd(6, 'search', estimate, 10)[0]!],
  ['V19', 'search', { type: 'end', end: undefined, sequence: 0 }, () => encodeStreamEnd(6, 'search', undefined, 0)[0]!],
  ['V21', 'latestSyncToken', { type: 'result', result: { value: 5 } }, () => encodeSingleResult(8, 'latestSyncToken', { value: 5 })],
  ['V23', 'sync', { type: 'item', item: deleted, sequence: 1, last: false }, () => encodeStreamItem(9, 'sync', deleted, 1)],
  ['V24', 'sync', { type: 'end', end: { value: 6 }, sequence: 1 }, () => encodeStreamEnd(9, 'sync', { value: 6 }, 1)[0]!],
  ['V29', 'get', { type: 'result', result: bob }, () => encodeSingleResult(11, 'get', bob)],
  ['V31', 'scriptOnConnector', { type: 'result', result: 1 }, () => encodeSingleResult(12, 'scriptOnConnector', 1)],
  ['V33', 'delete', { type: 'result', result: undefined }, () => encodeSingleResult(13, 'delete', undefined)],
  ['V34', 'schema', { type: 'result', result: emptySchema }, () => encodeSingleResult(14, 'schema', emptySchema)],
  ['V35', 'subscribeToObjects', { type: 'acknowledgement' }, () => encodeAcknowledgement(15, 'subscribeToObjects')],
  ['V36', 'subscribeToObjects', { type: 'end', end: undefined, sequence: 0 }, () => encodeStreamEnd(15, 'subscribeToObjects', undefined, 3)[0]!],
  ['V37', 'batch', { type: 'batchComplete' }, () => encodeStreamEnd(16, 'batch', batchToken, 0)[1]!],
  ['V38', 'batch', { type: 'batchToken', token: batchToken }, () => encodeStreamEnd(16, 'batch', batchToken, 0)[0]!],
];

describe('operation responses of the specification', () => {
  test.each(responses)('%s decodes', (id, kind, expected) => {
    const message = frame(id);
    if (message.kind !== 'operationResponse') throw new Error(message.kind);
    expect(plain(decodeResponse(kind, message.response))).toEqual(plain(expected));
  });

  test.each(responses)('%s is encoded byte for byte', (id, _kind, _expected, encode) => {
    expect(hex(encode())).toBe(vector(id));
  });
});

const gone = 'org.identityconnectors.framework.common.exceptions.UnknownUidException';
const illegalState = 'java.lang.IllegalStateException';
const publicKey = bytes(vector('V02').slice(-158 * 2));
const messages: readonly (readonly [string, Message])[] = [
  ['V01', { kind: 'handshakeRequest', id: 0, sessionId: 'S1', serverType: 'UNKNOWN', publicKey: undefined, features: [] }],
  ['V02', { kind: 'handshakeRequest', id: 0, sessionId: 'F75FC0BCF5E2DC779A97981876FEB1FDA817A701', serverType: 'JAVA', publicKey, features: [] }],
  ['V03', { kind: 'handshakeResponse', id: 0, sessionId: 'S2', serverType: 'JAVA', publicKey: undefined, features: [] }],
  ['V04', { kind: 'controlRequest', id: 1, infoLevels: ['CONNECTOR_INFO'], localRequestIds: [], remoteRequestIds: [1] }],
  ['V05', { kind: 'controlResponse', id: 1, connectorInfos: encodeConnectorInfos([]) }],
  ['V06', { kind: 'controlRequest', id: 7, infoLevels: [], localRequestIds: [3, 300], remoteRequestIds: [5, 7] }],
  ['V07', { kind: 'controlResponse', id: 7, connectorInfos: undefined }],
  ['V25', { kind: 'error', id: 6, javaClass: gone, message: 'gone', causes: [{ javaClass: illegalState, message: 'x' }], stackTrace: '' }],
  ['V26', { kind: 'cancel', id: 6 }],
];

describe('other messages of the specification', () => {
  test.each(messages)('%s decodes and is encoded byte for byte', (id, message) => {
    expect(plain(frame(id))).toEqual(plain(message));
    expect(hex(encodeMessage(message))).toBe(vector(id));
  });

  test('V05 holds an empty list of connectors', () => {
    const message = frame('V05');
    if (message.kind !== 'controlResponse') throw new Error(message.kind);
    expect(decodeConnectorInfos(message.connectorInfos!)).toEqual([]);
  });

  test('V25 is the error of its kind with its cause', () => {
    const message = frame('V25');
    if (message.kind !== 'error') throw new Error(message.kind);
    const error = connectorErrorOf(message);
    expect(error).toMatchObject({ kind: 'unknownUid', message: 'gone', javaClass: gone });
    expect(error.cause).toMatchObject({ kind: 'illegalState', message: 'x', javaClass: illegalState });
    const ours = new ConnectorError('unknownUid', 'gone', { cause: new ConnectorError('illegalState', 'x') });
    expect(hex(encodeError(6, ours))).toBe(vector('V25'));
  });

  test('V39 announces a changed property', () => {
    const host: ConfigurationProperty = {
      order: 1, confidential: false, required: false, name: 'host', helpMessageKey: 'host.help', displayMessageKey: 'host.display',
      groupMessageKey: 'host.group', type: 'String', value: 'h2', operations: [],
    };
    const message = frame('V39');
    if (message.kind !== 'configurationChange') throw new Error(message.kind);
    expect(message).toMatchObject({ id: 0, facadeKey: 'RkFDQURF' });
    expect(plain(decodeConfigurationProperties(message.properties))).toEqual(plain([host]));
    const properties = encodeConfigurationProperties([host]);
    expect(hex(encodeMessage({ kind: 'configurationChange', id: 0, facadeKey: 'RkFDQURF', properties }))).toBe(vector('V39'));
  });

  test('all 39 vectors are covered', () => {
    const covered = [...requests.map(([id]) => id), ...responses.map(([id]) => id), ...messages.map(([id]) => id), 'V39'];
    expect(covered.sort()).toEqual(vectors.frames.map(({ id }) => id).sort());
    expect(vectors.frames).toHaveLength(39);
  });

  test.each(vectors.frames)('$id passes through undecoded and unchanged', ({ hex: text }) => {
    expect(hex(encodeMessage(decodeFrame(bytes(text))))).toBe(text);
  });
});
