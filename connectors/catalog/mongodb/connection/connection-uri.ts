import { ConnectorError } from '../../../../protocol/model/index.js';

export const DEFAULT_PORT = 27_017;

/** A server of the network, or the path of a Unix socket. */
export type ServerAddress = { readonly host: string; readonly port: number } | { readonly path: string };

/** What a MongoDB address says: www.mongodb.com/docs/manual/reference/connection-string/. Holds no password. */
export interface ConnectionUri {
  /** The servers are those a DNS SRV record names. */
  readonly srv: boolean;
  readonly servers: readonly ServerAddress[];
  readonly database: string | undefined;
  readonly user: string | undefined;
  /** By lower-case name; the first of several. */
  readonly options: ReadonlyMap<string, string>;
}

function refuse(what: string): never {
  throw new ConnectorError('configuration', `connectionURI ${what} The form is mongodb://host:port,host:port/database?option=value.`);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse('has a percent sign that begins no escape.');
  }
}

/** `host`, `host:port`, `[::1]:port` or a path; throws a TypeError that says what is wrong. */
export function serverAddress(text: string, port = DEFAULT_PORT): ServerAddress {
  const given = text.trim();
  if (given.toLowerCase().endsWith('.sock')) return { path: decodeURIComponent(given) };
  const [, bracketed, host = bracketed, digits] = /^(?:\[([\da-fA-F:.]+)\]|([^:[\]\s/]+))(?::(\d{1,5}))?$/.exec(given) ?? [];
  if (host === undefined) throw new TypeError(`${JSON.stringify(given)} is no host:port`);
  const number = digits === undefined ? port : Number(digits);
  if (number < 1 || number > 65_535) throw new TypeError(`${JSON.stringify(given)} has the port ${number}: ports are 1 to 65535`);
  return { host, port: number };
}

const SCHEMES = ['mongodb://', 'mongodb+srv://'] as const;

interface Parts { readonly srv: boolean; readonly user: string | undefined; readonly hosts: string; readonly database: string; readonly query: string }

/** Text before the first of the marks, and what follows it. */
function cut(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + mark.length)];
}

/** By places, not by a regular expression, which would remember what it matched. */
function partsOf(text: string): Parts {
  const scheme = SCHEMES.find((known) => text.startsWith(known)) ?? refuse('is no address of MongoDB.');
  const [location, query] = cut(text.slice(scheme.length), '?');
  const [authority, database] = cut(location, '/');
  const at = authority.lastIndexOf('@');
  const hosts = authority.slice(at + 1);
  if (hosts === '') refuse('names no server.');
  return { srv: scheme === SCHEMES[1], user: at < 0 ? undefined : cut(authority.slice(0, at), ':')[0], hosts, database, query };
}

/** Options that hold secrets are for the driver alone. */
const isSecret = (key: string): boolean => key.endsWith('password');

function optionsOf(query: string): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (const pair of query.split('&')) {
    const [name, value] = cut(pair, '=');
    const key = name.toLowerCase();
    if (key !== '' && !isSecret(key) && !options.has(key)) options.set(key, decoded(value));
  }
  return options;
}

function serverOf(host: string): ServerAddress {
  try {
    return serverAddress(host);
  } catch {
    // Not which: a password whose special characters are not escaped ends up here.
    return refuse('names a server that is no host:port; special characters of a password have to be escaped (%2F for a slash).');
  }
}

/** Throws `configuration`; the message never repeats the address, which may hold a password. */
export function parseConnectionUri(text: string): ConnectionUri {
  const { srv, user, hosts, database, query } = partsOf(text.trim());
  return {
    srv, servers: hosts.split(',').map(serverOf), database: database === '' ? undefined : decoded(database),
    user: user === undefined ? undefined : decoded(user), options: optionsOf(query),
  };
}
