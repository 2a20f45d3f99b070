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
  /** Of the last entry taken: where entries are counted off, it has to be where it was. */
  readonly anchor?: string | undefined;
}

export const FIRST_PLACE: PagePlace = { base: 0, taken: 0, ticket: undefined };

export function writeCookie({ base, taken, ticket, anchor }: PagePlace): string {
  return JSON.stringify([base, taken, ...(ticket === undefined && anchor === undefined ? [] : [ticket ?? null]), ...(anchor === undefined ? [] : [anchor])]);
}

function count(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isText(value: unknown): value is string | null | undefined {
  return value === undefined || value === null || typeof value === 'string';
}

export function readCookie(cookie: string): PagePlace {
  try {
    const parts = JSON.parse(cookie) as unknown;
    if (Array.isArray(parts)) {
      const [base, taken, ticket, anchor] = parts as unknown[];
      if (count(base) && count(taken) && isText(ticket) && isText(anchor)) return { base, taken, ticket: ticket ?? undefined, anchor: anchor ?? undefined };
    }
  } catch {
    // Not JSON: no cookie of this connector.
  }
  throw new ConnectorError('invalidAttributeValue', 'The paged results cookie is not one of this LDAP search. Start again without a cookie.');
}
