/**
 * Loaded by `--import` into the processes the fault rounds run, before anything of theirs: what the operating system tells
 * them can be bent from outside. `?control=PATH` names a JSON file, read at the start and on SIGUSR2:
 *
 *   version: what is written to PATH.ack once this applies
 *   clock:   milliseconds the wall clock is off (Date only: performance.now, timers and what the kernel stamps on files stay)
 *   names:   host name → { address } | { error: 'ENOTFOUND' } | { silent: true }, for dns.lookup; other names as ever
 *   full:    directories that have no room: writes that need any fail with ENOSPC
 */
import dns from 'node:dns';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const CONTROL = new URL(import.meta.url).searchParams.get('control');
/** A resolver gives up on a name server that does not answer, as getaddrinfo does. Milliseconds. */
const RESOLVER_PATIENCE = 10_000;

let control = { version: 0, clock: 0, names: {}, full: [] };
let heldLookups = [];

function read() {
  try {
    control = { clock: 0, names: {}, full: [], ...JSON.parse(fs.readFileSync(CONTROL, 'utf8')) };
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  for (const retry of heldLookups.splice(0)) retry();
  fs.writeFileSync(`${CONTROL}.ack`, String(control.version));
}

// --- wall clock

const RealDate = Date;
const realNow = Date.now.bind(Date);
const now = () => realNow() + control.clock;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget === globalThis.Date ? target : newTarget),
  apply: () => new RealDate(now()).toString(),
  get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
});

// --- names

const realLookup = dns.lookup;

function lookupError(code, hostname) {
  return Object.assign(new Error(`getaddrinfo ${code} ${hostname}`), { code, errno: -3008, syscall: 'getaddrinfo', hostname });
}

function lookup(hostname, options, callback) {
  if (typeof options === 'function') return lookup(hostname, {}, options);
  const rule = control.names[hostname];
  if (rule === undefined) return realLookup(hostname, options, callback);
  if (rule.silent === true) {
    const late = setTimeout(() => {
      heldLookups = heldLookups.filter((held) => held !== retry);
      callback(lookupError('EAI_AGAIN', hostname));
    }, RESOLVER_PATIENCE);
    const retry = () => {
      clearTimeout(late);
      lookup(hostname, options, callback);
    };
    heldLookups.push(retry);
    return {};
  }
  const isAll = typeof options === 'object' && options?.all === true;
  setImmediate(() => {
    if (rule.error !== undefined) callback(lookupError(rule.error, hostname));
    else if (isAll) callback(null, [{ address: rule.address, family: 4 }]);
    else callback(null, rule.address, 4);
  });
  return {};
}

dns.lookup = lookup;

// --- disk

const isIn = (path) => typeof path === 'string' && control.full.some((directory) => path === directory || path.startsWith(`${directory}/`));
const noSpace = (syscall, path) => Object.assign(new Error(`ENOSPC: no space left on device, ${syscall}`), { code: 'ENOSPC', errno: -28, syscall, path });
const paths = new WeakMap();

/** What overwrites bytes a file has already needs no room. */
async function refuseGrowth(handle, end) {
  const path = paths.get(handle);
  if (isIn(path) && (end === undefined || end > (await handle.stat()).size)) throw noSpace('write', path);
}

function watchHandle(handle) {
  const { write, writeFile, appendFile } = handle;
  handle.write = async (data, ...rest) => {
    const [offset, length, position] = typeof rest[0] === 'object' && rest[0] !== null ? [rest[0].offset, rest[0].length, rest[0].position] : rest;
    const size = typeof data === 'string' ? Buffer.byteLength(data) : length ?? data.byteLength - (offset ?? 0);
    await refuseGrowth(handle, typeof position === 'number' ? position + size : undefined);
    return write.call(handle, data, ...rest);
  };
  handle.writeFile = async (...args) => {
    await refuseGrowth(handle, undefined);
    return writeFile.apply(handle, args);
  };
  handle.appendFile = async (...args) => {
    await refuseGrowth(handle, undefined);
    return appendFile.apply(handle, args);
  };
}

const realOpen = fs.promises.open;
fs.promises.open = async (path, ...rest) => {
  const handle = await realOpen(path, ...rest);
  if (typeof path === 'string') paths.set(handle, path);
  watchHandle(handle);
  return handle;
};
const realWriteFile = fs.promises.writeFile;
fs.promises.writeFile = async (path, ...rest) => {
  if (isIn(path)) throw noSpace('write', path);
  return realWriteFile(path, ...rest);
};
const realAppendFile = fs.promises.appendFile;
fs.promises.appendFile = async (path, ...rest) => {
  if (isIn(path)) throw noSpace('write', path);
  return realAppendFile(path, ...rest);
};

syncBuiltinESMExports();
if (CONTROL !== null) {
  read();
  process.on('SIGUSR2', read);
}
