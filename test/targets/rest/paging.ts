import { Refusal, type FakeRequest } from './exchange.js';

/**
 * duplicate: the first page comes twice. moved: between pages the first object goes to the end, so that counting clients miss
 * one. reordered: later pages hold their objects in reverse. emptyLast: another page is announced after the last, and is empty.
 */
export type PageOddity = 'duplicate' | 'moved' | 'reordered' | 'emptyLast';

export interface Page<T> {
  readonly rows: readonly T[];
  /** Place of the first of them, from 0. */
  readonly start: number;
  readonly size: number;
  readonly total: number;
  /** Where the next page starts; undefined for none. */
  readonly next: number | undefined;
}

interface Sizes {
  /** @default 100 */
  readonly size?: number;
  /** More than this is cut down to it. @default 1000 */
  readonly most?: number;
}

function count(query: URLSearchParams, name: string, preset: number, least: number): number {
  const text = query.get(name);
  if (text === null) return preset;
  if (!/^\d+$/.test(text) || Number(text) < least) throw new Refusal(400, { error: `${name} must be a whole number from ${least}, not ${text}` });
  return Number(text);
}

/** Pages as services give them. Names of parameters are the service's own. */
export class Pages {
  oddity: PageOddity | undefined;

  /** `?offset=…&limit=…`; `first` is the offset of the first object, as SCIM's startIndex counts from 1. */
  offset<T>(all: readonly T[], query: URLSearchParams, { offset = 'offset', limit = 'limit', first = 0, ...sizes }: Sizes & { offset?: string; limit?: string; first?: number } = {}): Page<T> {
    return this.#cut(all, count(query, offset, first, first) - first, this.#size(query, limit, sizes));
  }

  /** `?page=…&per_page=…`; `first` is the number of the first page. */
  number<T>(all: readonly T[], query: URLSearchParams, { page = 'page', size = 'per_page', first = 1, ...sizes }: Omit<Sizes, 'size'> & { page?: string; size?: string; first?: number; preset?: number } = {}): Page<T> & { readonly nextPage: number | undefined } {
    const length = this.#size(query, size, { ...sizes, ...(sizes.preset === undefined ? {} : { size: sizes.preset }) });
    const asked = count(query, page, first, first);
    const found = this.#cut(all, (asked - first) * length, length);
    return { ...found, nextPage: found.next === undefined ? undefined : asked + 1 };
  }

  /** `?marker=…&limit=…` with a marker nobody can read; one that was not given out is refused with 400. */
  marker<T>(all: readonly T[], query: URLSearchParams, { marker = 'marker', limit = 'limit', ...sizes }: Sizes & { marker?: string; limit?: string } = {}): Page<T> & { readonly marker: string | undefined } {
    const text = query.get(marker) ?? '';
    const start = text === '' ? 0 : Number(/^at:(\d+)$/.exec(Buffer.from(text, 'base64url').toString('latin1'))?.[1] ?? NaN);
    if (Number.isNaN(start)) throw new Refusal(400, { error: `${marker} is not one that was given out` });
    const found = this.#cut(all, start, this.#size(query, limit, sizes));
    return { ...found, marker: found.next === undefined ? undefined : Buffer.from(`at:${found.next}`).toString('base64url') };
  }

  /** Whole address of the same request with some parameters changed. */
  nextUrl({ origin, path, query }: FakeRequest, changes: Readonly<Record<string, string | number>>): string {
    const changed = new URLSearchParams(query);
    for (const [name, value] of Object.entries(changes)) changed.set(name, String(value));
    return `${origin}${path}?${changed.toString()}`;
  }

  /** A Link header (RFC 8288) to the next page; nothing after the last. */
  linkHeader(request: FakeRequest, changes: Readonly<Record<string, string | number>> | undefined): Record<string, string> {
    return changes === undefined ? {} : { link: `<${this.nextUrl(request, changes)}>; rel="next"` };
  }

  #size(query: URLSearchParams, name: string, { size = 100, most = 1000 }: Sizes): number {
    return Math.min(count(query, name, Math.min(size, most), 1), most);
  }

  #cut<T>(all: readonly T[], start: number, size: number): Page<T> {
    const listed = this.#listed(all, start, size);
    const rows = listed.slice(start, start + size);
    if (this.oddity === 'reordered' && start > 0) rows.reverse();
    const end = start + size;
    const isMore = this.oddity === 'emptyLast' ? start < listed.length : end < listed.length;
    return { rows, start, size, total: listed.length, next: isMore ? end : undefined };
  }

  #listed<T>(all: readonly T[], start: number, size: number): readonly T[] {
    if (this.oddity === 'duplicate' && all.length > size) return [...all.slice(0, size), ...all];
    return this.oddity === 'moved' && start > 0 ? [...all.slice(1), ...all.slice(0, 1)] : all;
  }
}
