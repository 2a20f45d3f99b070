import { ConnectorError } from '../../../protocol/model/index.js';
import type { Json } from './json.js';

/** Where a page of ours begins: in the service's page at `at` (undefined: its first one) of `size` objects, behind `skip` of them. */
export interface PageCookie {
  readonly at: Json | undefined;
  readonly size: number;
  readonly skip: number;
}

export function pageCookie({ at, size, skip }: PageCookie): string {
  return JSON.stringify([at ?? null, size, skip]);
}

/** Undefined without a cookie. Throws `illegalArgument` for one that is none of ours. */
export function parsePageCookie(cookie: string | undefined): PageCookie | undefined {
  if (cookie === undefined) return undefined;
  const refuse = (): never => { throw new ConnectorError('illegalArgument', 'The paged results cookie is none of this connector\'s. Start again without one.'); };
  let given: unknown;
  try {
    given = JSON.parse(cookie);
  } catch {
    return refuse();
  }
  const [at, size, skip, ...more] = Array.isArray(given) ? given as unknown[] : [];
  if (!isCount(size) || size === 0 || !isCount(skip) || more.length > 0 || !isPosition(at)) return refuse();
  return { at: at ?? undefined, size, skip };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Positions are texts, counts, or objects of a strategy. */
function isPosition(value: unknown): value is Json {
  return typeof value === 'object' ? !Array.isArray(value) : typeof value === 'string' || isCount(value);
}
