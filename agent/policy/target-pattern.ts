import { BlockList, isIP } from 'node:net';
import { sep } from 'node:path';
import { glob, type Glob } from './glob.js';

/** What a policy may say of places: servers by name or address, files, relays. */
export type TargetPattern =
  | { readonly kind: 'host'; readonly text: string; readonly name: Glob; readonly port: number | undefined }
  | { readonly kind: 'address'; readonly text: string; readonly port: number | undefined; includes(address: string): boolean }
  | { readonly kind: 'path'; readonly text: string; readonly path: Glob }
  | { readonly kind: 'relay'; readonly text: string; readonly name: Glob };

/** File systems that take two spellings for one file. */
const IGNORES_CASE = process.platform === 'win32' || process.platform === 'darwin';
const PATH_START = /^(?:\/|[A-Za-z]:[\\/]|\\\\|\*\*\/)/;
const PORT = /^(.*):(\d{1,5})$/s;

/** With slashes whatever the system. */
export function slashed(path: string): string {
  return sep === '\\' ? path.replaceAll('\\', '/') : path;
}

/** Undefined for what is no pattern of a place. */
export function targetPattern(text: string): TargetPattern | undefined {
  if (text.startsWith('relay:')) return text.length > 6 ? { kind: 'relay', text, name: glob(text.slice(6)) } : undefined;
  if (PATH_START.test(text)) return { kind: 'path', text, path: glob(slashed(text), { exactCase: !IGNORES_CASE, separator: '/' }) };
  const { host, port } = splitPort(text);
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined;
  const includes = addressRange(host);
  if (includes !== undefined) return { kind: 'address', text, port, includes };
  if (host === '' || /[/\\\s[\]:]/.test(host)) return undefined;
  return { kind: 'host', text, name: glob(hostKey(host)), port };
}

/** Names compare without case and without the dot of the root. */
export function hostKey(host: string): string {
  return host.trim().toLowerCase().replace(/\.$/, '');
}

function splitPort(text: string): { readonly host: string; readonly port: number | undefined } {
  const bracketed = /^\[([^\]]*)\](?::(\d{1,5}))?$/.exec(text);
  if (bracketed !== null) return { host: bracketed[1] ?? '', port: bracketed[2] === undefined ? undefined : Number(bracketed[2]) };
  if (isIP(text.split('/', 1)[0] ?? '') === 6) return { host: text, port: undefined };
  const match = PORT.exec(text);
  return match === null ? { host: text, port: undefined } : { host: match[1] ?? '', port: Number(match[2]) };
}

/** `10.0.0.0/8`, `fd00::/8`, or one address. */
function addressRange(text: string): ((address: string) => boolean) | undefined {
  const [address = '', prefix, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return undefined;
  const bits = family === 4 ? 32 : 128;
  if (prefix !== undefined && (!/^\d{1,3}$/.test(prefix) || Number(prefix) > bits)) return undefined;
  const list = new BlockList();
  list.addSubnet(address, prefix === undefined ? bits : Number(prefix), family === 4 ? 'ipv4' : 'ipv6');
  return (candidate) => {
    const kind = isIP(candidate);
    return kind !== 0 && list.check(candidate, kind === 4 ? 'ipv4' : 'ipv6');
  };
}
