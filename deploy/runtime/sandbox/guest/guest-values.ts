/**
 * Values inside the sandbox: source text that runs in the interpreter before the script does (see guest-prelude.ts), and
 * writes and reads wire values as wire-values.ts does outside. It keeps the built-in functions it needs, so that a script that
 * changes them for itself harms only itself; nothing outside relies on any of this.
 */
export const GUEST_VALUES = String.raw`
const { parse, stringify } = JSON;
const { isArray } = Array;
const { keys, freeze, defineProperty } = Object;
const { apply } = Reflect;
const { fromCharCode } = String;
const NativeString = String, NativeNumber = Number, NativeBigInt = BigInt, NativeMap = Map, NativeSet = Set, NativeDate = Date;
const NativeError = Error, NativeUint8Array = Uint8Array, NativeArrayBuffer = ArrayBuffer, NativePromise = Promise;
const { isFinite } = Number;
const { isView } = ArrayBuffer;
const { forEach: mapForEach } = Map.prototype, { forEach: setForEach } = Set.prototype;
const { charCodeAt, slice: textSlice } = String.prototype;
const { get: weakGet, set: weakSet, has: weakHas } = WeakMap.prototype;
const { toISOString } = Date.prototype;
const { subarray } = Uint8Array.prototype;

const secretIds = new WeakMap(), typedForms = new WeakMap(), packedForms = new WeakMap();
const cut = (text, length) => apply(textSlice, text, [0, length]);

class Secret {
  toString() { return '***'; }
  toJSON() { return '***'; }
  reveal() {
    if (!reveals) throw new NativeError('This script was not granted the clear text of secrets.');
    return call('reveal', [this]);
  }
}
function secretOf(form) {
  const secret = freeze(new Secret());
  apply(weakSet, secretIds, [secret, form]);
  return secret;
}

class IcfValue {
  constructor(type, fields) {
    this.type = type;
    this.fields = freeze(fields);
    apply(weakSet, typedForms, [this, true]);
    freeze(this);
  }
  get value() { return this.fields[0]; }
  toString() { return NativeString(this.fields[0]); }
  toJSON() { return this.fields[0]; }
}

function bytesOf(text) {
  const bytes = new NativeUint8Array(text.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = apply(charCodeAt, text, [at]);
  return bytes;
}
function textOf(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096) text += apply(fromCharCode, null, apply(subarray, bytes, [at, at + 4096]));
  return text;
}

function encode(value, depth) {
  if (depth > settings.deepest) throw new RangeError('A value is nested deeper than ' + settings.deepest + ' levels, or holds itself.');
  switch (typeof value) {
    case 'undefined': return null;
    case 'boolean': case 'string': return value;
    case 'number': return isFinite(value) ? value : ['n', NativeString(value)];
    case 'bigint': return ['i', NativeString(value)];
    case 'object': return value === null ? null : encodeObject(value, depth + 1);
    default: throw new TypeError('A ' + typeof value + ' cannot leave the script.');
  }
}
function encodeObject(value, depth) {
  if (apply(weakHas, secretIds, [value])) return apply(weakGet, secretIds, [value]);
  if (apply(weakHas, packedForms, [value])) return apply(weakGet, packedForms, [value]);
  if (apply(weakHas, typedForms, [value])) return encodeList(['t', value.type], value.fields, depth);
  if (isArray(value)) return encodeList(['l'], value, depth);
  if (isView(value) || value instanceof NativeArrayBuffer) return encodeBytes(value);
  if (value instanceof NativeMap) {
    const wire = ['m'];
    apply(mapForEach, value, [(item, key) => { wire[wire.length] = encode(key, depth); wire[wire.length] = encode(item, depth); }]);
    return wire;
  }
  if (value instanceof NativeSet) {
    const wire = ['s'];
    apply(setForEach, value, [(item) => { wire[wire.length] = encode(item, depth); }]);
    return wire;
  }
  if (value instanceof NativeDate) return apply(toISOString, value, []);
  if (value instanceof NativePromise) throw new TypeError('A promise cannot leave the script: await it.');
  if (value instanceof NativeError) return NativeString(value);
  if (typeof value.toJSON === 'function') return encode(value.toJSON(), depth);
  const wire = ['m'];
  const names = keys(value);
  for (let at = 0; at < names.length; at += 1) {
    wire[wire.length] = names[at];
    wire[wire.length] = encode(value[names[at]], depth);
  }
  return wire;
}
/** The value as it is now, whatever becomes of it, for a call later. */
function pack(value) {
  const packed = freeze({});
  apply(weakSet, packedForms, [packed, encode(value, 0)]);
  return packed;
}
function encodeList(wire, items, depth) {
  const { length } = items;
  for (let at = 0; at < length; at += 1) wire[wire.length] = encode(items[at], depth);
  return wire;
}
function encodeBytes(value) {
  if (value instanceof NativeUint8Array) return ['b', textOf(value)];
  if (value instanceof NativeArrayBuffer) return ['b', textOf(new NativeUint8Array(value))];
  throw new TypeError('Of typed arrays, only a Uint8Array can leave the script.');
}

function decode(wire) {
  if (!isArray(wire)) return wire;
  switch (wire[0]) {
    case 'l': return decodeList(wire, 1);
    case 's': return new NativeSet(decodeList(wire, 1));
    case 'm': return decodeMap(wire);
    case 'i': return NativeBigInt(wire[1]);
    case 'n': return NativeNumber(wire[1]);
    case 'b': return bytesOf(wire[1]);
    case 'g': return secretOf(freeze(['g', wire[1]]));
    default: return new IcfValue(wire[1], decodeList(wire, 2));
  }
}
function decodeList(wire, first) {
  const items = [];
  for (let at = first; at < wire.length; at += 1) items[at - first] = decode(wire[at]);
  return items;
}
function decodeMap(wire) {
  let isPlain = true;
  for (let at = 1; at < wire.length; at += 2) isPlain = isPlain && typeof wire[at] === 'string';
  if (!isPlain) {
    const entries = [];
    for (let at = 1; at < wire.length; at += 2) entries[entries.length] = [decode(wire[at]), decode(wire[at + 1])];
    return new NativeMap(entries);
  }
  const object = {};
  for (let at = 1; at < wire.length; at += 2) {
    defineProperty(object, wire[at], { value: decode(wire[at + 1]), writable: true, enumerable: true, configurable: true });
  }
  return object;
}

function connectorError(kind, message, uid, error) {
  const made = error === undefined ? new NativeError(message) : error;
  const set = (key, value) => { defineProperty(made, key, { value, writable: true, enumerable: false, configurable: true }); };
  set('message', message);
  set('name', 'ConnectorError');
  set('kind', kind);
  if (uid !== undefined) set('uid', uid);
  return made;
}

const typed = (type) => (...fields) => new IcfValue(type, fields);
const comparison = (kind) => (name, value) => freeze({ [kind]: [name, value] });
const icf = freeze({
  ACCOUNT: '__ACCOUNT__', GROUP: '__GROUP__', ALL: '__ALL__',
  double: typed('double'), float: typed('float'), byte: typed('byte'), character: typed('character'), bigInteger: typed('bigInteger'),
  bigDecimal: typed('bigDecimal'), uri: typed('uri'), file: typed('file'), objectClass: typed('objectClass'), uid: typed('uid'),
  secret: (text) => secretOf(freeze(['G', NativeString(text)])),
  error: (kind, message, uid) => connectorError(NativeString(kind), NativeString(message), uid),
  filter: freeze({
    and: (...operands) => freeze({ and: operands }), or: (...operands) => freeze({ or: operands }), not: (operand) => freeze({ not: operand }),
    present: (name) => freeze({ presence: name }),
    equals: comparison('equals'), contains: comparison('contains'), startsWith: comparison('startsWith'), endsWith: comparison('endsWith'),
    containsAllValues: comparison('containsAllValues'), greaterThan: comparison('greaterThan'), greaterThanOrEqual: comparison('greaterThanOrEqual'),
    lessThan: comparison('lessThan'), lessThanOrEqual: comparison('lessThanOrEqual'),
  }),
});
`;
