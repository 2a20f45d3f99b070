import { textAt, valueAt } from '../json.js';
import type { RequestLine } from '../request-line.js';
import type { PageAnswer, Paging } from './paging.js';

interface Sized {
  /** Parameter of the size of a page; undefined: the service decides. */
  readonly size?: string;
  /** Parameters of every page. */
  readonly always?: Readonly<Record<string, string>>;
}

function textOf({ body }: PageAnswer, path: string): string | undefined {
  const value = valueAt(body, path);
  return typeof value === 'string' && value !== '' ? value : typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
}

const sized = (size: string | undefined, count: number): Readonly<Record<string, number>> => (size === undefined ? {} : { [size]: count });

/** By a marker, cursor or token: the answer gives it at the path `next`, the next request sends it as `send`. */
export function markerPaging({ send, next, size, always = {}, more }: Sized & {
  readonly send: string; readonly next: string;
  /** Path of a flag that says whether there is more, where a marker is given on the last page too; also as a text. */
  readonly more?: string;
}): Paging {
  return {
    request: (position, count) => ({ query: { ...always, ...sized(size, count), ...(typeof position === 'string' ? { [send]: position } : {}) } }),
    after: (page) => (more !== undefined && textAt(page.body, more) !== 'true' ? undefined : textOf(page, next)),
  };
}

/** By a cursor that has a request of its own: the list's is told the size of its pages, `continueBy` the cursor alone, in its body. */
export function continuePaging({ continueBy, send, next, size, always = {}, more }: Sized & {
  readonly continueBy: RequestLine; readonly send: string; readonly next: string;
  /** Path of a flag that says whether there is more, where a cursor is given on the last page too. */
  readonly more?: string;
}): Paging {
  const { after } = markerPaging({ send, next, ...(more === undefined ? {} : { more }) });
  return {
    request: (position, count) => (typeof position === 'string' ? { request: { line: continueBy, json: { [send]: position } } } : { query: { ...always, ...sized(size, count) } }),
    after,
  };
}

/** By the address of the next page, at the path `next` of the answer (`@odata.nextLink`: a step with dots is given as a list). */
export function nextUrlPaging({ next, size, always = {} }: Sized & { readonly next: string | readonly [string] }): Paging {
  return {
    request: (position, count) => (typeof position === 'string' ? { url: position } : { query: { ...always, ...sized(size, count) } }),
    after: (page) => {
      if (typeof next === 'string') return textOf(page, next);
      const [name] = next;
      const { body } = page;
      const value = typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Readonly<Record<string, unknown>>)[name] : undefined;
      return typeof value === 'string' && value !== '' ? value : undefined;
    },
  };
}

/** By the header `Link` with `rel="next"` (RFC 8288). */
export function linkHeaderPaging({ size, always = {} }: Sized = {}): Paging {
  return {
    request: (position, count) => (typeof position === 'string' ? { url: position } : { query: { ...always, ...sized(size, count) } }),
    after: ({ headers }) => nextLink(headers.get('link') ?? ''),
  };
}

/** The target of the first link whose relations hold `next`. */
export function nextLink(header: string): string | undefined {
  for (const [, url = '', parameters = ''] of header.matchAll(/<([^<>]*)>((?:\s*;\s*[^\s;,="]+\s*=\s*(?:"[^"]*"|[^\s;,"]*))*)/g)) {
    const relation = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]*))/i.exec(parameters);
    const relations = (relation?.[1] ?? relation?.[2] ?? '').toLowerCase().split(/\s+/);
    if (relations.includes('next')) return url;
  }
  return undefined;
}
