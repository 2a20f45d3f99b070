import { ConnectorError } from '../../../protocol/model/index.js';
import type { LdapSession } from './connection.js';
import { NO_ATTRIBUTES } from './find-entry.js';
import type { LdapSearchPlan } from './search-plan.js';

/** Limits of servers are round numbers, and not very large ones. */
const ROUND = 500;
const SMALL_LIMITS: ReadonlySet<number> = new Set([100, 200, 250]);
const LARGEST = 50_000;
const PAGE = 1_000;

/** Whether a server that cuts results off without saying so may have done it here. */
export function isSuspicious(count: number): boolean {
  return SMALL_LIMITS.has(count) || (count > 0 && count % ROUND === 0 && count <= LARGEST);
}

/**
 * A result of a suspiciously round number, said to be complete, is counted again in pages, for which other limits hold. Throws when
 * there is more than was given.
 */
export async function refuseCutOff(session: LdapSession, plan: LdapSearchPlan, base: string, given: number, signal: AbortSignal): Promise<void> {
  const again = session.directory.search({ base, scope: plan.scope, filter: plan.filter, attributes: NO_ATTRIBUTES, pageSize: PAGE, limit: given + 1 }, signal);
  let count = 0;
  for await (const entry of again) if (entry.dn !== '') count++;
  if (count <= given) return;
  throw new ConnectorError('connector', `The server ${session.directory.url} gave exactly ${given} entries below "${base}" and called that complete, but has more: it cuts results off. `
    + 'Set useBlocks and usePagedResultControl, or raise the server\'s size limit for the principal.');
}
