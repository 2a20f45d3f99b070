import { ConnectorError } from '../../../protocol/model/index.js';

/**
 * Where a page ended. The facade seals it against tampering and ties it to its query; this is what LDAP needs to go on.
 * Sorted by the agent, `base` is 0 and `given` counts over all bases.
 */
export interface PagePlace {
  /** Index of the base context in which to go on. */
  readonly base: number;
  /** Entries of that base taken from the server before. */
  readonly taken: number;
  /** Ticket of the parked search, where there is one. */
  readonly ticket: string | undefined;
}

export const FIRST_PLACE: PagePlace = { base: 0, taken: 0, ticket: undefined };

export function writeCookie({ base, taken, ticket }: PagePlace): string {
  return JSON.stringify(ticket === undefined ? [base, taken] : [base, taken, ticket]);
}

function count(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

export function readCookie(cookie: string): PagePlace {
  try {
    const parts = JSON.parse(cookie) as unknown;
    if (Array.isArray(parts)) {
      const [base, taken, ticket] = parts as unknown[];
      if (count(base) && count(taken) && (ticket === undefined || typeof ticket === 'string')) return { base, taken, ticket };
    }
  } catch {
    // Not JSON: no cookie of this connector.
  }
  throw new ConnectorError('invalidAttributeValue', 'The paged results cookie is not one of this LDAP search. Start again without a cookie.');
}
