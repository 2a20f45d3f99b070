import type { AcceptedDifference } from './accepted-differences.js';
import type { Comparison } from './differences.js';

/** Connector, properties compared, equal, accepted differences; below, what was accepted, by reason. */
export function comparisonTable(comparisons: readonly Comparison[], accepted: readonly AcceptedDifference[]): string {
  const lines = [line('connector', 'properties', 'equal', 'accepted differences')];
  for (const { connectorName, compared, differences } of comparisons) {
    const differing = new Set(differences.map(({ property }) => property).filter((property) => property !== ''));
    const allowed = accepted.filter((difference) => difference.connectorName === connectorName);
    lines.push(line(connectorName, String(compared.length), String(compared.length - differing.size), String(allowed.length)));
    for (const [reason, names] of byReason(allowed)) lines.push(`    ${some(names)}: ${reason}`);
  }
  return lines.join('\n');
}

function byReason(accepted: readonly AcceptedDifference[]): Map<string, string[]> {
  const reasons = new Map<string, string[]>();
  for (const { property, aspect, reason } of accepted) {
    const name = aspect === 'presence' ? property : `${property} ${aspect}`.trimStart();
    reasons.set(reason, [...reasons.get(reason) ?? [], name]);
  }
  return reasons;
}

/** At most five names; all are in accepted-differences.ts. */
function some(names: readonly string[]): string {
  return names.length > 6 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
}

function line(connector: string, ...numbers: string[]): string {
  return [connector.padEnd(74), ...numbers.map((text) => text.padEnd(12))].join('').trimEnd();
}
