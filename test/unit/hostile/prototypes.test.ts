import { afterEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../../agent/config/load-config.js';
import { representation } from '../../../controller/crest/write-answer.js';
import { parseJson, writeJson, type JsonObject, type JsonValue } from '../../../controller/crest/json.js';
import { applyPatch, parsePatch } from '../../../controller/crest/patch.js';
import { project } from '../../../controller/crest/projection.js';
import { parsePointer, valueAt } from '../../../controller/crest/json-pointer.js';
import { toResource } from '../../../controller/systems/read-object.js';
import { compileObjectType } from '../../../controller/systems/object-type.js';
import { Attribute, ConnectorObject, Name, Uid } from '../../../protocol/model/index.js';
import { evaluateFilter } from '../../../connectors/framework/filter-evaluation.js';
import { decodeConnectorObject, encodeConnectorObject } from '../../../protocol/codec/index.js';

const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf'];

afterEach(() => {
  // Nothing any test does may show on a fresh object.
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  for (const key in {}) throw new Error(`Object.prototype has got ${key}.`);
});

describe('names that mean something to JavaScript are names like any other', () => {
  it.each(NAMES)('an attribute %s', (name) => {
    const object = new ConnectorObject('__ACCOUNT__', [new Uid('u'), new Name('n'), Attribute.of(name, 'value')]);
    const travelled = decodeConnectorObject(encodeConnectorObject(object));
    expect(travelled.get(name)?.single).toBe('value');
    expect(evaluateFilter({ kind: 'equals', attribute: Attribute.of(name, 'value') }, travelled)).toBe(true);
    expect(evaluateFilter({ kind: 'presence', name }, new ConnectorObject('__ACCOUNT__', [new Uid('u'), new Name('n')]))).toBe(false);
  });

  it.each(NAMES)('a property %s of an object type, from target to caller', (name) => {
    const properties = Object.fromEntries([[name, { type: 'string', nativeName: name, required: false, flags: [], runAsUser: false }]]);
    const type = compileObjectType('account', { nativeType: '__ACCOUNT__', properties });
    const { content } = toResource(type, new ConnectorObject('__ACCOUNT__', [new Uid('u'), new Name('n'), Attribute.of(name, 'value')]));
    const answer = representation({ id: 'u', content }, []);
    expect(Object.getPrototypeOf(answer)).toBe(Object.prototype);
    expect(writeJson(answer)).toBe(`{"_id":"u","${name}":"value"}`);
  });

  it('JSON keys', () => {
    const body = parseJson('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}') as JsonObject;
    expect(Object.getPrototypeOf(body)).toBe(Object.prototype);
    expect(valueAt(body, parsePointer('/__proto__/polluted'))).toBe(true);
    expect(valueAt({}, parsePointer('/__proto__/toString'))).toBeUndefined();
    expect(valueAt([], parsePointer('/constructor'))).toBeUndefined();
    expect(Object.hasOwn(project(body, [parsePointer('__proto__')]), '__proto__')).toBe(true);
  });

  it.each<JsonValue>([
    [{ operation: 'add', field: '/__proto__/polluted', value: true }],
    [{ operation: 'replace', field: '/constructor/prototype/polluted', value: true }],
    [{ operation: 'copy', from: '/a', field: '/__proto__' }],
    { ['__proto__']: { polluted: true } },
    [{ operation: 'move', from: '/a', field: '/__proto__/polluted' }],
  ])('a patch %j', (body) => {
    const patched = applyPatch({ a: { polluted: true } }, parsePatch(body));
    expect(Object.getPrototypeOf(patched)).toBe(Object.prototype);
  });

  it('keys of a configuration file', () => {
    expect(() => readConfig('agent: {name: a}\ncontrollers: [{url: "wss://a/x"}]\n__proto__: {polluted: true}\n', '/etc/agent.yaml')).toThrow(/__proto__/);
    expect(() => readConfig('agent: {name: a, __proto__: {polluted: true}}\ncontrollers: [{url: "wss://a/x"}]\n', '/etc/agent.yaml')).toThrow(/__proto__/);
  });
});
