import { valueAt, type Json } from '../json.js';
import type { PageAnswer, Paging } from './paging.js';

interface Counted {
  /** Parameter of the size of a page. */
  readonly size: string;
  /** Path of the number of all objects in the answer, where the service gives it. */
  readonly total?: string;
  /** Parameters of every page. */
  readonly always?: Readonly<Record<string, string>>;
}

/** A service may give fewer than asked for, up to a limit of its own; only an empty page is the end where it gives no total. */
function isLast({ count, size, body }: PageAnswer, total: string | undefined, before: number, shortIsLast: boolean): boolean {
  const all = total === undefined ? undefined : countAt(body, total);
  if (all !== undefined) return count === 0 || before + count >= all;
  return count === 0 || (shortIsLast && count < size);
}

/** A number, or the text of one. */
function countAt(body: Json, path: string): number | undefined {
  const value = valueAt(body, path);
  if (typeof value === 'string' && /^\d{1,15}$/.test(value)) return Number(value);
  return typeof value === 'number' ? value : undefined;
}

const numberOf = (position: Json | undefined, first: number): number => (typeof position === 'number' ? position : first);

/**
 * By how many objects come before (`offset`, SCIM's `startIndex`). `shortIsLast`: a page with fewer objects than asked for is the
 * last one, as where the service keeps to the size asked for.
 */
export function offsetPaging({ offset, size, total, always = {}, first = 0, shortIsLast = false }: Counted & { readonly offset: string; readonly first?: number; readonly shortIsLast?: boolean }): Paging {
  return {
    request: (position, count) => ({ query: { ...always, [offset]: numberOf(position, first), [size]: count } }),
    after: (page) => {
      const at = numberOf(page.position, first);
      return isLast(page, total, at - first, shortIsLast) ? undefined : at + page.count;
    },
  };
}

/** By the number of the page. */
export function pageNumberPaging({ page: parameter, size, total, always = {}, first = 1, shortIsLast = true }: Counted & { readonly page: string; readonly first?: number; readonly shortIsLast?: boolean }): Paging {
  return {
    request: (position, count) => ({ query: { ...always, [parameter]: numberOf(position, first), [size]: count } }),
    after: (page) => {
      const at = numberOf(page.position, first);
      return isLast(page, total, (at - first) * page.size, shortIsLast) ? undefined : at + 1;
    },
  };
}

/**
 * By the number of the page as a variable of the path (`/users/{page}`), in pages as large as the service makes them. `last`: path of
 * the flag that says that this page is the last one; without the flag an empty page is.
 */
export function pathPagePaging({ variable, last, first = 0 }: { readonly variable: string; readonly last: string; readonly first?: number }): Paging {
  return {
    variables: [variable],
    request: (position) => ({ variables: { [variable]: String(numberOf(position, first)) } }),
    after: ({ position, body, count }) => {
      const isLast = valueAt(body, last);
      return (typeof isLast === 'boolean' ? isLast : count === 0) ? undefined : numberOf(position, first) + 1;
    },
  };
}
