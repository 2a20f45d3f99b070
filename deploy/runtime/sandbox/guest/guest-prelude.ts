import { GUEST_VALUES } from './guest-values.js';

/**
 * What runs in the interpreter before a script: a function of the three host functions and the settings, as JSON, that gives
 * what the host calls. The script reaches none of these; what it gets is on the global object.
 */
export const GUEST_PRELUDE = String.raw`(function (hostCall, hostLog, hostEnd, settingsText) {
'use strict';
const settings = JSON.parse(settingsText);
const { reveals } = settings;
${GUEST_VALUES}
const { then } = Promise.prototype;
const { get: mapGet, set: mapSet, delete: mapDelete } = Map.prototype;

const waiting = new NativeMap();
const REFUSALS = {
  '-1': 'Too many calls wait for their answers; await some before the next.',
  '-2': 'The script has called more often than it may.',
  '-3': 'The arguments of a call are larger than a value may be.',
};
function call(name, given) {
  const error = new NativeError('');
  return new NativePromise((resolve, reject) => {
    const id = hostCall(name, stringify(encode(given, 0)));
    if (id < 0) throw new RangeError(REFUSALS[id]);
    apply(mapSet, waiting, [id, { resolve, reject, error }]);
  });
}
function deliver(id, ok, text) {
  const entry = apply(mapGet, waiting, [id]);
  if (entry === undefined) return;
  apply(mapDelete, waiting, [id]);
  const given = parse(text);
  if (ok) entry.resolve(decode(given));
  else entry.reject(connectorError(given.kind, given.message, given.uid, entry.error));
}

function shown(value) {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return NativeString(value);
  if (value instanceof NativeError || value instanceof Secret || value instanceof IcfValue) return NativeString(value);
  return stringify(value, (key, item) => (typeof item === 'bigint' ? NativeString(item) : item));
}
const textOfProperty = (value) => (typeof value === 'string' ? cut(value, settings.textCharacters) : '');
function describe(thrown) {
  let described;
  try {
    described = thrown instanceof NativeError
      ? { name: textOfProperty(thrown.name), message: textOfProperty(thrown.message), stack: textOfProperty(thrown.stack), kind: textOfProperty(thrown.kind), uid: textOfProperty(thrown.uid) }
      : { name: '', message: 'it threw ' + cut(NativeString(shown(thrown)), settings.textCharacters), stack: '', kind: '', uid: '' };
  } catch (error) {
    described = { name: '', message: 'it threw something that cannot be shown', stack: '', kind: '', uid: '' };
  }
  return stringify(described);
}

function logAt(level) {
  return (...parts) => {
    let text = '';
    for (let at = 0; at < parts.length && text.length < settings.textCharacters; at += 1) text += (at === 0 ? '' : ' ') + shown(parts[at]);
    hostLog(level, cut(text, settings.textCharacters));
  };
}
const log = freeze({ debug: logAt('debug'), info: logAt('info'), warn: logAt('warn'), error: logAt('error') });

function define(name, value) {
  if (name in globalThis) return;
  defineProperty(globalThis, name, { value, writable: true, enumerable: true, configurable: true });
}
/** 'connector.get' becomes a function 'get' of an object 'connector'. */
function bind(names) {
  const bound = {};
  for (const name of names) {
    const dot = name.lastIndexOf('.');
    const own = async (...given) => call(name, given);
    if (dot < 0) bound[name] = own;
    else (bound[name.slice(0, dot)] ??= {})[name.slice(dot + 1)] = own;
  }
  return bound;
}
const bindings = {};
/** Called when the script has come to its end. */
let atEnd;
function install(variablesText, library) {
  const { __END__, ...made } = library === undefined ? bind(settings.functions) : library(call, icf, bind, pack);
  atEnd = __END__;
  const own = { log, icf, ...made };
  define('console', freeze({ debug: log.debug, log: log.info, info: log.info, warn: log.warn, error: log.error }));
  define('sleep', async (milliseconds) => call('sleep', [NativeNumber(milliseconds)]));
  for (const name of keys(own)) {
    define(name, freeze(own[name]));
    bindings[name] = own[name];
  }
  const variables = decode(parse(variablesText));
  for (const name of keys(variables)) {
    define(name, variables[name]);
    if (!(name in bindings)) bindings[name] = variables[name];
  }
}

function finish(ok, value) {
  let text;
  try {
    text = ok ? stringify(encode(value, 0)) : describe(value);
  } catch (error) {
    ok = false;
    text = describe(error);
  }
  hostEnd(ok, text);
}
function follow(run) {
  const running = (async () => {
    let hasFailed = true;
    try {
      const value = await run();
      hasFailed = false;
      return value;
    } finally {
      try {
        if (atEnd !== undefined) await atEnd();
      } catch (error) {
        // What the script itself throws counts, whatever becomes of the rest.
        if (!hasFailed) throw error;
      }
    }
  })();
  apply(then, running, [(value) => { finish(true, value); }, (error) => { finish(false, error); }]);
}
return {
  describe, deliver, install,
  startBody: follow,
  startModule: (evaluated) => {
    follow(async () => {
      const { default: run } = await evaluated;
      if (typeof run !== 'function') throw new TypeError('A script that is a module has to export a function as its default.');
      return run(bindings);
    });
  },
};
})`;
