import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import { contractChecks } from './checks.js';
import { CHECKS, NOT_SAID, keepResults, type ContractCheck } from './contract-checks.js';
import { ContractSubject } from './contract-subject.js';
import type { ContractTarget } from './contract-target.js';

export type { ContractTarget } from './contract-target.js';

// A target may take its time to notice that somebody has left.
vi.setConfig({ expect: { poll: { timeout: 10_000 } } });

/** Whether the target says what the check needs; the table counts it as failed otherwise, where no reason is given. */
function isSaid(check: ContractCheck, { outage, broken }: ContractTarget): boolean {
  return (check !== 'outage' || outage !== undefined) && (check !== 'credentials' || broken !== undefined);
}

/** What every connector owes its callers, run through the facade. Call it in a connector's own test file. */
export function describeConnectorContract(name: string, start: () => Promise<ContractTarget>): void {
  describe(`${name} keeps the connector contract`, () => {
    const results: Partial<Record<ContractCheck, string>> = {};
    let subject: ContractSubject | undefined;

    beforeAll(async () => { subject = await ContractSubject.start(await start()); });

    afterAll(async () => {
      if (subject === undefined) return;
      const { target } = subject;
      await keepResults({ suite: name, connector: target.connector.id, target: target.behind, checks: results });
      await subject.stop();
    });

    const titles = Object.entries(CHECKS) as [ContractCheck, string][];
    it.each(titles)('%s: it %s', async (check) => {
      const { exempt = {}, multiValued } = subject!.target;
      const reason = exempt[check] ?? (check === 'values' && multiValued === undefined ? 'one value each' : undefined);
      results[check] = reason ?? 'failed';
      if (reason !== undefined) return;
      await contractChecks[check](subject!);
      results[check] = isSaid(check, subject!.target) ? 'passed' : NOT_SAID;
    }, 180_000);
  });
}
