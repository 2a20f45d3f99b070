import { NAME } from '../../../protocol/model/index.js';
import type { ClassQuery, ListEndpoint, ObjectList, ReadEndpoint, RestAttributes, RestCall, RestObjectClass } from '../../engines/rest/index.js';
import { nextUrlPaging } from '../../engines/rest/paging/given-next.js';
import type { GraphConfig } from './config.js';

export type GraphCall = RestCall<GraphConfig>;
export type GraphClass = RestObjectClass<GraphConfig>;
export type GraphPath = `/${string}`;

/** Graph pages by addresses (https://learn.microsoft.com/en-us/graph/paging); not every list takes a size. */
const sizedPages = nextUrlPaging({ next: ['@odata.nextLink'], size: '$top' });
const givenPages = nextUrlPaging({ next: ['@odata.nextLink'] });
const SIZES = { default: 100, max: 999 } as const;

/** A list below one object, all of whose pages are read. */
export function listBelow(path: GraphPath, query: Readonly<Record<string, string>> = {}): ListEndpoint {
  return { request: `GET ${path}`, items: 'value', query, paging: givenPages };
}

interface Reading {
  readonly path: GraphPath;
  /** Attributes that are properties of the resource; no others are asked for. */
  readonly properties: RestAttributes;
  /** The property the name is. */
  readonly name?: string;
  /** Properties that are needed besides. */
  readonly further?: (query: Pick<ClassQuery, 'wants'>) => readonly string[];
  /** False where the list takes no `$top`. */
  readonly sized?: boolean;
  /** False where the resource takes no `$select`. */
  readonly selects?: boolean;
}

/** `$select` with what is wanted and nothing else. */
export function selected({ properties, name, further }: Pick<Reading, 'properties' | 'name' | 'further'>, query: Pick<ClassQuery, 'wants'>): string {
  const wanted = Object.entries(properties).filter(([attribute, { flags, linked }]) => attribute !== NAME && linked === undefined && !flags.includes('NOT_READABLE') && query.wants(attribute));
  const names = ['id', ...(name === undefined ? [] : [name]), ...wanted.map(([attribute, { wire }]) => (wire ?? attribute).split('.')[0] ?? ''), ...further?.(query) ?? []];
  return [...new Set(names)].join(',');
}

/** As `selected`, for a caller who names no attributes. */
export function selectedByDefault(how: Pick<Reading, 'properties' | 'name' | 'further'>): string {
  return selected(how, { wants: (name) => how.properties[name]?.flags.includes('NOT_RETURNED_BY_DEFAULT') !== true });
}

/** How objects of a collection are listed and read. */
export function reading(how: Reading): { readonly list: (call: GraphCall, query: ClassQuery) => ObjectList; readonly read: ReadEndpoint } {
  const { path, sized = true, selects = true } = how;
  const queryFor = (query: ClassQuery): Readonly<Record<string, string>> => (selects ? { $select: selected(how, query) } : {});
  return {
    list: (_, query) => ({ request: `GET ${path}`, items: 'value', query: queryFor(query), ...(sized ? { paging: sizedPages, pageSize: SIZES } : { paging: givenPages }) }),
    read: { request: `GET ${path}/{uid}`, query: queryFor },
  };
}
