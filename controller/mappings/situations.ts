/** What reconciliation finds out about one object. */
export const SITUATIONS = [
  'SOURCE_IGNORED', 'MISSING', 'FOUND', 'AMBIGUOUS', 'UNQUALIFIED', 'CONFIRMED', 'SOURCE_MISSING', 'ABSENT', 'TARGET_IGNORED',
  'UNASSIGNED', 'FOUND_ALREADY_LINKED', 'LINK_ONLY', 'ALL_GONE',
] as const;
export type Situation = (typeof SITUATIONS)[number];

export const ACTIONS = ['CREATE', 'UPDATE', 'DELETE', 'LINK', 'UNLINK', 'EXCEPTION', 'REPORT', 'NOREPORT', 'ASYNC', 'IGNORE'] as const;
export type Action = (typeof ACTIONS)[number];

/** What is done when no policy says otherwise. */
export const DEFAULT_ACTIONS: Readonly<Record<Situation, Action>> = {
  CONFIRMED: 'UPDATE', FOUND: 'UPDATE', FOUND_ALREADY_LINKED: 'EXCEPTION', ABSENT: 'CREATE', AMBIGUOUS: 'EXCEPTION', MISSING: 'EXCEPTION',
  UNQUALIFIED: 'DELETE', SOURCE_IGNORED: 'REPORT', TARGET_IGNORED: 'REPORT', UNASSIGNED: 'EXCEPTION', SOURCE_MISSING: 'EXCEPTION',
  LINK_ONLY: 'EXCEPTION', ALL_GONE: 'NOREPORT',
};
