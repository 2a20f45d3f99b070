/**
 * A stand-in for `pwsh`, which cannot be had here: a program that takes PowerShell's arguments, reads the connector's own program
 * and then does what that does (connectors/catalog/powershell/host), with scripts in JavaScript instead of PowerShell. `$Connector`
 * is what a script gets; `dotnet(type, message)` throws as .NET would. What it cannot show is PowerShell running the real program.
 */
import { readSync, writeSync } from 'node:fs';

const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
let buffered = '';

function readLine() {
  const chunk = Buffer.alloc(65_536);
  for (;;) {
    const at = buffered.indexOf('\n');
    if (at >= 0) {
      const line = buffered.slice(0, at);
      buffered = buffered.slice(at + 1);
      return line;
    }
    try {
      const count = readSync(0, chunk);
      if (count === 0) return null;
      buffered += chunk.toString('latin1', 0, count);
    } catch (error) {
      if (error.code === 'EOF') return null;
      if (error.code !== 'EAGAIN') throw error;
      pause();
    }
  }
}

function print(text) {
  let rest = Buffer.from(text, 'latin1');
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
      pause();
    }
  }
}

function decode(line) {
  const text = Buffer.from(line, 'base64').toString('utf8');
  let at = 0;
  const until = (end) => { const found = text.indexOf(end, at); const part = text.slice(at, found); at = found + 1; return part; };
  const counted = () => { const length = Number(until(':')); const part = text.slice(at, at + length); at += length; return part; };
  const read = () => {
    const letter = text[at++];
    switch (letter) {
      case 'N': return null;
      case 'T': return true;
      case 'F': return false;
      case 'S': case 'C': return counted();
      case 'G': return { guarded: counted() };
      case 'B': return Buffer.from(counted(), 'base64');
      case 'L': return BigInt(until(';'));
      case 'A': return Array.from({ length: Number(until(';')) }, read);
      case 'M': { const map = {}; for (let left = Number(until(';')); left > 0; left--) { const key = read(); map[key] = read(); } return map; }
      default: return Number(until(';'));
    }
  };
  return read();
}

function encode(value) {
  const write = (item) => {
    if (item === null || item === undefined) return 'N';
    if (typeof item === 'boolean') return item ? 'T' : 'F';
    if (typeof item === 'string') return `S${item.length}:${item}`;
    if (typeof item === 'number') return Number.isInteger(item) ? `I${item};` : `D${item};`;
    if (typeof item === 'bigint') return `L${item};`;
    if (Buffer.isBuffer(item)) { const text = item.toString('base64'); return `B${text.length}:${text}`; }
    if (item.guarded !== undefined) return `G${item.guarded.length}:${item.guarded}`;
    if (Array.isArray(item)) return `A${item.length};${item.map(write).join('')}`;
    return `M${Object.keys(item).length};${Object.entries(item).map(([key, one]) => write(key) + write(one)).join('')}`;
  };
  return Buffer.from(write(value), 'utf8').toString('base64');
}

const given = process.argv.slice(2);
const encoded = given[given.indexOf('-EncodedCommand') + 1];
const bootstrap = Buffer.from(encoded ?? '', 'base64').toString('utf16le');
if (!bootstrap.includes('ReadLine') || given[given.indexOf('-InputFormat') + 1] !== 'None') {
  process.stderr.write('The arguments are not those of an interpreter that reads its input itself.');
  process.exit(64);
}
const program = Buffer.from(readLine(), 'base64').toString('utf8');
if (!program.includes('Add-Type') || !program.includes('class Host')) process.exit(65);

const setup = decode(readLine());
const send = (kind, value) => print(`${setup.Mark} ${kind} ${encode(value)}\r\n`);
for (const module of setup.Modules) {
  if (module.includes('missing')) {
    send('failed', ['System.IO.FileNotFoundException', `The specified module '${module}' was not loaded because no valid module file was found in any module directory.`]);
    process.exit(1);
  }
}
send('ready', '7.4.6');

const state = { runs: 0 };
const dotnet = (type, message) => { throw Object.assign(new Error(message), { type }); };

function objectOf(result, objectClass, uid) {
  const attributes = Object.fromEntries(Object.entries(result).map(([name, value]) => [name, value === null ? null : Array.isArray(value) ? value : [name.startsWith('__UID') || name.startsWith('__NAME') ? String(value) : value]]));
  if (uid !== undefined) attributes.__UID__ = [uid];
  if (!attributes.__UID__) dotnet('Org.IdentityConnectors.Framework.Common.Exceptions.ConnectorException', 'Uid can not be null');
  if (!attributes.__NAME__) dotnet('Org.IdentityConnectors.Framework.Common.Exceptions.ConnectorException', 'Name can not be null');
  return { ObjectClass: objectClass, Attributes: attributes };
}

for (;;) {
  const line = readLine();
  if (line === null) process.exit(0);
  const request = decode(line);
  let left = setup.Window;
  let stopped = false;
  const deliver = (kind, value) => {
    if (stopped) return false;
    send(kind, value);
    if (--left > 0) return true;
    send('more', null);
    left = setup.Window;
    stopped = readLine() !== 'go';
    return !stopped;
  };
  const { Operation: operation } = request;
  const asked = request.Arguments;
  const put = [];
  const classes = [];
  const result = {
    SEARCH: { Process: (found) => (found === null ? true : deliver('object', objectOf(found, asked.ObjectClass))), Complete: (cookie) => send('complete', cookie ?? null) },
    SYNC: {
      Process: (delta) => deliver('delta', { Token: delta.SyncToken ?? 0n, DeltaType: delta.DeltaType, Uid: delta.Uid, PreviousUid: delta.PreviousUid ?? null, ObjectClass: delta.ObjectClass ?? asked.ObjectClass, Object: delta.DeltaType === 'DELETE' ? null : objectOf(delta.Object, asked.ObjectClass, delta.Uid) }),
      Complete: (token) => send('complete', token),
    },
    UPDATE: { Uid: asked.Uid },
  }[operation] ?? {};
  const connector = {
    ...asked, Operation: operation, Configuration: setup.Configuration, Result: result, Options: asked.Options ?? {}, Query: asked.Query ?? asked.NativeQuery,
    SchemaBuilder: { DefineObjectClass: (type, ...attributes) => classes.push({ Type: type, IsContainer: false, Attributes: attributes.map(([Name, Type = 'String', ...Flags]) => ({ Name, Type, Flags })) }) },
    Log: { Info: (text) => send('log', ['info', text]), Warn: (text) => send('log', ['warn', text]) },
  };
  try {
    const script = new Function(`$${setup.Prefix}`, 'dotnet', 'put', 'print', 'state', request.Script);
    if (!request.ParseOnly) {
      state.runs++;
      script(connector, dotnet, (value) => { if (value?.isHashtable) dotnet('Org.IdentityConnectors.Framework.Common.Exceptions.ConnectorException', 'No serializer for class: System.Collections.Hashtable'); put.push(value); }, print, state);
    }
    const uid = result.Uid === undefined ? null : Array.isArray(result.Uid) ? result.Uid : [result.Uid, null];
    const answers = { CREATE: uid, UPDATE: uid, AUTHENTICATE: uid, RESOLVE_USERNAME: uid, GET_LATEST_SYNC_TOKEN: result.SyncToken ?? null, SCHEMA: classes };
    send('end', operation in answers ? answers[operation] : put.length > 1 ? put : put[0] ?? null);
  } catch (error) {
    send('failed', [error instanceof SyntaxError ? 'System.Management.Automation.ParseException' : error.type ?? 'System.Management.Automation.RuntimeException', error.message]);
  }
}
