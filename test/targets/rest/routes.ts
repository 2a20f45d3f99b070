import type { FakeHandler } from './exchange.js';

/** `'GET /users/{id}'` to what answers it. A last `{name*}` stands for the rest of the path. */
export type Routes = Readonly<Record<string, FakeHandler>>;

interface Route { readonly method: string; readonly pattern: RegExp; readonly names: readonly string[]; readonly fixed: number; readonly handler: FakeHandler }

const escape = (text: string): string => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&');

/** A path template as an expression over a path as sent; groups in the order of the names. */
export function pathPattern(template: string): { readonly pattern: RegExp; readonly names: readonly string[] } {
  const names = [...template.matchAll(/\{([^}]+?)\*?\}/g)].map(([, name]) => name!);
  const source = template.split(/(\{[^}]+\})/).map((part) => (part.startsWith('{') ? (part.endsWith('*}') ? '(.*)' : '([^/]+)') : escape(part))).join('');
  return { pattern: new RegExp(`^${source}$`), names };
}

export interface RouteMatch { readonly handler: FakeHandler; readonly params: Readonly<Record<string, string>> }

/** Finds the handler of a request; of several that match, the one with most fixed text, so that `/users/me` goes before `/users/{id}`. */
export class RouteTable {
  readonly #routes: readonly Route[];

  /** `base` goes before every path. */
  constructor(routes: Routes, base = '') {
    this.#routes = Object.entries(routes).map(([line, handler]) => {
      const [method = '', template = ''] = line.split(' ');
      return { method, ...pathPattern(base + template), fixed: template.replaceAll(/\{[^}]+\}/g, '').length, handler };
    }).sort((one, other) => other.fixed - one.fixed);
  }

  /** `undefined` for a path nobody knows; the methods there are for one that has others. */
  find(method: string, path: string): RouteMatch | readonly string[] | undefined {
    const atPath = this.#routes.filter(({ pattern }) => pattern.test(path));
    const route = atPath.find((each) => each.method === method);
    if (route === undefined) return atPath.length === 0 ? undefined : atPath.map((each) => each.method);
    const values = route.pattern.exec(path)!.slice(1).map(decodeURIComponent);
    return { handler: route.handler, params: Object.fromEntries(route.names.map((name, index) => [name, values[index]!])) };
  }
}
