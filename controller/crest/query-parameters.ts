import type { CountPolicy } from '../../protocol/model/index.js';
import { parsePointer } from './json-pointer.js';
import { parseQueryFilter } from './parse-query-filter.js';
import { parseFields, type Fields } from './projection.js';
import { QueryFilterError } from './query-filter-tokens.js';
import { badRequest } from './resource-error.js';
import type { QueryBy, SortField } from './request.js';
import type { QueryFilter } from './query-filter.js';

const KNOWN = [
  '_fields', '_prettyPrint', '_mimeType', '_action', '_queryFilter', '_queryId', '_queryExpression', '_sortKeys',
  '_pageSize', '_pagedResultsCookie', '_pagedResultsOffset', '_totalPagedResultsPolicy', '_crestapi',
] as const;
export type KnownParameter = (typeof KNOWN)[number];
const knownByLower = new Map(KNOWN.map((name) => [name.toLowerCase(), name]));

/** The parameters of one URL, CREST's own apart from the rest. */
export class QueryParameters {
  readonly #known = new Map<KnownParameter, string[]>();
  readonly #unknown: string[] = [];
  /** Parameters that CREST does not define and that do not begin with `_`. */
  readonly additional = new Map<string, string>();

  /** `search` is the URL's part behind the question mark. */
  constructor(search: string) {
    for (const pair of search.split('&')) {
      if (pair === '') continue;
      const at = pair.indexOf('=');
      this.#take(decode(at < 0 ? pair : pair.slice(0, at)), at < 0 ? '' : decode(pair.slice(at + 1)));
    }
  }

  #take(name: string, value: string): void {
    const known = knownByLower.get(name.toLowerCase());
    if (known !== undefined) this.#known.set(known, [...(this.#known.get(known) ?? []), value]);
    else if (this.additional.has(name)) throw badRequest(`Parameter ${name} is given more than once`);
    else {
      if (name.startsWith('_')) this.#unknown.push(name);
      this.additional.set(name, value);
    }
  }

  /** Everything but actions refuses names it does not know when they begin with an underscore. */
  refuseUnknown(): void {
    const name = this.#unknown[0];
    if (name !== undefined) throw badRequest(`Unrecognized request parameter '${name}'`);
  }

  has(name: KnownParameter): boolean {
    return this.#known.has(name);
  }

  get(name: KnownParameter): string | undefined {
    const values = this.#known.get(name);
    if (values !== undefined && values.length > 1) throw badRequest(`Parameter ${name} is given more than once`);
    return values?.[0];
  }

  flag(name: KnownParameter): boolean {
    const value = this.get(name);
    if (value === undefined) return false;
    if (/^(true|)$/i.test(value)) return true;
    if (/^false$/i.test(value)) return false;
    throw badRequest(`Parameter ${name} must be true or false, not '${value}'`);
  }

  integer(name: KnownParameter): number {
    const value = this.get(name) ?? '0';
    const number = /^-?\d{1,10}$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= 0 && number < 2 ** 31)) throw badRequest(`Parameter ${name} must be an integer from 0, not '${value}'`);
    return number;
  }

  get fields(): Fields {
    return readPointers('_fields', () => parseFields(this.#known.get('_fields') ?? []));
  }

  get sortKeys(): readonly SortField[] {
    const keys = (this.get('_sortKeys') ?? '').split(',').filter((key) => key !== '');
    return readPointers('_sortKeys (a leading + has to be sent as %2B)', () => keys.map((key) => ({
      pointer: parsePointer(key.replace(/^[+-]/, '')), ascending: !key.startsWith('-'),
    })));
  }

  get countPolicy(): CountPolicy {
    const value = (this.get('_totalPagedResultsPolicy') ?? 'NONE').toUpperCase();
    if (value === 'NONE' || value === 'ESTIMATE' || value === 'EXACT') return value;
    throw badRequest('Parameter _totalPagedResultsPolicy must be NONE, ESTIMATE or EXACT');
  }

  /** What a query is by; undefined when this is no query. */
  get query(): QueryBy | undefined {
    const filter = this.get('_queryFilter');
    const id = this.get('_queryId');
    const expression = this.get('_queryExpression');
    if ([filter, id, expression].filter((value) => value !== undefined).length > 1) {
      throw badRequest('Only one of _queryFilter, _queryId and _queryExpression may be given');
    }
    if (filter !== undefined) return { kind: 'filter', filter: readFilter('_queryFilter', filter) };
    if (id !== undefined) return { kind: 'id', id };
    return expression === undefined ? undefined : { kind: 'expression', expression };
  }
}

/** Parses a filter that a caller sent; what is wrong with it, and where, is in the 400. */
export function readFilter(parameter: string, text: string): QueryFilter {
  try {
    return parseQueryFilter(text);
  } catch (error) {
    if (!(error instanceof QueryFilterError)) throw error;
    throw badRequest(
      `The value '${text}' for parameter '${parameter}' could not be parsed as a valid query filter: ${error.message}`,
      { position: error.position },
    );
  }
}

function readPointers<T>(parameter: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw badRequest(`Parameter ${parameter}: ${error instanceof Error ? error.message : 'not readable'}`);
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw badRequest('The query string has a bad percent-encoding');
  }
}
