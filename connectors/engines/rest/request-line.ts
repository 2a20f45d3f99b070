import { ConnectorError } from '../../../protocol/model/index.js';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
/**
 * `GET /users/{uid}`: a path below the service's address, with variables in braces; each is one step, and encoded. `GET billing:/plans` is
 * below the further address of that name, see `RestService.others`.
 */
export type RequestLine = `${Method} /${string}` | `${Method} ` | `${Method} ${string}:/${string}`;
export type Variables = Readonly<Record<string, string | undefined>>;

/** A list is sent as several parameters of one name; undefined is left out. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

const VARIABLE = /\{([^{}]*)\}/g;

/** The names in braces, in their order. */
export function variablesOf(line: string): readonly string[] {
  return [...line.matchAll(VARIABLE)].map(([, name = '']) => name);
}

export function methodOf(line: RequestLine): Method {
  return line.slice(0, line.indexOf(' ')) as Method;
}

const ELSEWHERE = /^(\w+) (\w+):(\/.*)$/;

/** The name of the further address a line is for, and the line without it; undefined: the service's own. */
export function placeOf(line: RequestLine): { readonly at: string | undefined; readonly line: RequestLine } {
  const [, method = '', at, path = ''] = ELSEWHERE.exec(line) ?? [];
  return at === undefined ? { at, line } : { at, line: `${method} ${path}` as RequestLine };
}

/**
 * The address of a request. `.` and `..` are no values of a variable, since every URL parser takes them for a way up. Throws
 * `invalidAttributeValue` for those and for what is missing.
 */
export function addressOf(base: URL, line: RequestLine, variables: Variables, query: Query = {}): URL {
  const path = line.slice(line.indexOf(' ') + 1).replaceAll(VARIABLE, (_, name: string) => {
    const value = variables[name];
    if (value === undefined || value === '' || value === '.' || value === '..') throw new ConnectorError('invalidAttributeValue', `The request ${line} needs a value for ${name}${value === undefined || value === '' ? '' : ` other than '${value}'`}.`, { outcome: 'notApplied' });
    return encodeURIComponent(value);
  });
  const [steps = '', given = ''] = path.split('?', 2);
  const url = new URL(base);
  url.pathname = `${withoutTrailingSlashes(url.pathname)}${steps}`;
  const all = new URLSearchParams(given);
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value as readonly string[] : [value]) all.append(name, String(one));
  }
  // %20 rather than +: some servers take a plus in a query literally.
  url.search = all.toString().replaceAll('+', '%20');
  return url;
}

/** Not by a pattern: those take time by the square of what they are given. */
export function withoutTrailingSlashes(path: string): string {
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') end--;
  return path.slice(0, end);
}
