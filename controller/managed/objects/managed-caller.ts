import type { CallerContext } from '../../crest/request.js';

/** For whom something is done. */
export type ManagedCaller = Pick<CallerContext, 'signal' | 'caller' | 'transactionId' | 'span'> & {
  /** A mapping: it sees what is private, and need not meet the policies that are for people. */
  readonly isInside?: boolean | undefined;
};
