import type { CountPolicy } from './values.js';

/** How a search ended. Counts are -1 when unknown; a null cookie means there is no further page. */
export interface SearchResult {
  readonly pagedResultsCookie: string | null;
  readonly totalPagedResultsPolicy: CountPolicy;
  readonly totalPagedResults: number;
  readonly remainingPagedResults: number;
}

export const LAST_PAGE: SearchResult = {
  pagedResultsCookie: null, totalPagedResultsPolicy: 'NONE', totalPagedResults: -1, remainingPagedResults: -1,
};
