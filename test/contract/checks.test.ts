import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ConnectorOperations } from '../../connectors/framework/index.js';
import { MemoryTarget, memoryConnector, type MemorySession } from '../support/memory-connector.js';
import { contractChecks } from './checks.js';
import type { ContractCheck } from './contract-checks.js';
import { ContractSubject } from './contract-subject.js';
import { FAULTS, type Fault } from './faulty-connectors.js';
import { memoryContract } from './memory-target.js';

/** A check that polls for what never comes gives up at once. */
vi.setConfig({ expect: { poll: { timeout: 50 } } });

let subject: ContractSubject;
afterEach(() => subject.stop());

async function begin(fault: Fault): Promise<ContractSubject> {
  const target = new MemoryTarget();
  const sound = memoryConnector(target).operations as Required<ConnectorOperations<MemorySession>>;
  const { operations, options = {}, target: contract = {} } = fault(sound, target);
  subject = await ContractSubject.start({ ...memoryContract(target, { ...options, ...(operations === undefined ? {} : { operations }) }, { keepsSessions: true }), ...contract });
  return subject;
}

describe.each(Object.entries(FAULTS) as [ContractCheck, Record<string, Fault>][])('the check of %s', (check, faults) => {
  it.each(Object.entries(faults))('fails a connector that %s', async (_, fault) => {
    const faulty = await begin(fault);
    await expect(contractChecks[check](faulty)).rejects.toMatchObject({ name: expect.stringMatching(/^(AssertionError|ConnectorError)$/) as string });
  });
});
