/**
 * What runs in the interpreter before the scripts of a batch: a function of the two host functions, the library and the names of
 * functions, that gives what the host calls for each item. Values cross as JSON.
 */
export const BATCH_PRELUDE = String.raw`(function (hostCall, hostLog, library, textCharacters) {
'use strict';
const { parse, stringify } = JSON;
const { apply } = Reflect;
const { keys, freeze, defineProperty, getPrototypeOf } = Object;
const NativeError = Error, NativeString = String, InternalError = globalThis.InternalError;
const { slice } = String.prototype;
const cut = (text, length) => apply(slice, text, [0, length]);

class OpenIdmError extends NativeError {
  constructor({ code, message, detail }) {
    super(message);
    this.name = 'ResourceException';
    this.code = code;
    this.detail = detail;
    // As Rhino scripts find it: error.javaException.getCode().
    this.javaException = { getCode: () => code, getMessage: () => message, getDetail: () => detail };
  }
}
function call(name, given) {
  const answer = parse(hostCall(name, stringify(given)));
  if (answer.error !== undefined) throw new OpenIdmError(answer.error);
  return answer.value;
}
function shown(value) {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || value instanceof NativeError) return NativeString(value);
  return stringify(value);
}
const log = (level, parts) => {
  const [format, ...rest] = parts;
  // As SLF4J does: {} stands for the next argument.
  let text = typeof format === 'string' ? format.replace(/\{\}/g, (mark) => (rest.length === 0 ? mark : shown(rest.shift()))) : shown(format);
  for (const more of rest) text += ' ' + shown(more);
  hostLog(level, cut(text, textCharacters));
};
if (library !== undefined) {
  const own = library(call, log);
  for (const name of keys(own)) defineProperty(globalThis, name, { value: freeze(own[name]), writable: false, enumerable: true, configurable: false });
}

const textOf = (value) => (typeof value === 'string' ? cut(value, textCharacters) : '');
function describe(thrown) {
  try {
    return thrown instanceof NativeError
      ? { name: textOf(thrown.name), message: textOf(thrown.message), stack: textOf(thrown.stack), kind: '', uid: '' }
      : { name: '', message: (typeof thrown === 'string' ? '' : 'it threw ') + cut(NativeString(shown(thrown)), textCharacters), stack: '', kind: '', uid: '' };
  } catch (error) {
    return { name: '', message: 'it threw something that cannot be shown', stack: '', kind: '', uid: '' };
  }
}
/** No memory is left; not even for an error, then null is thrown. */
const isFull = (error) => error === null || (error instanceof InternalError && error.message === 'out of memory');

return function run(script, names, given, text) {
  try {
    const values = parse(text);
    const value = apply(script, undefined, values);
    if (typeof value === 'object' && value !== null && typeof value.then === 'function') throw new TypeError('it answered a promise; scripts of mappings answer at once');
    if (given.length === 0) return stringify({ v: typeof value === 'function' ? undefined : value });
    const changed = {};
    for (let at = 0; at < given.length; at += 1) changed[names[given[at]]] = values[given[at]];
    return stringify({ v: typeof value === 'function' ? undefined : value, g: changed });
  } catch (error) {
    return isFull(error) ? '' : stringify({ e: describe(error) });
  }
};
})`;
