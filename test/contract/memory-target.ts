import { ACCOUNT, Attribute, ConnectorError, GuardedString, Name } from '../../protocol/model/index.js';
import { memoryConnector, type MemoryOptions, type MemoryTarget } from '../support/memory-connector.js';
import type { ContractTarget } from './contract-target.js';

/** Objects in memory, under the contract suite. `keepsSessions`: an outage is left to the operations to notice. */
export function memoryContract(target: MemoryTarget, options: MemoryOptions, { keepsSessions = false } = {}): ContractTarget {
  let away = false;
  const requireThere = async (): Promise<void> => {
    if (away) throw new ConnectorError('connectionFailed', 'The map is out of reach.');
  };
  target.before = requireThere;
  target.beforeObject = requireThere;
  if (!keepsSessions) target.openSession = requireThere;
  return {
    connector: memoryConnector(target, options),
    configuration: { host: 'localhost', credentials: new GuardedString('config-s3cret') },
    objectClass: ACCOUNT,
    sample: (index: number) => [
      new Name(`name${index}`), Attribute.of('mail', `m${index % 3}@x`), Attribute.of('team', index % 2 === 0 ? 'even' : 'odd'), Attribute.of('__PASSWORD__', new GuardedString('sample-s3cret')),
    ],
    change: Attribute.of('mail', 'changed@x'),
    multiValued: { name: 'groups', values: ['a', 'b', 'c'] },
    filters: [
      { kind: 'equals' as const, attribute: Attribute.of('mail', 'm1@x') },
      { kind: 'startsWith' as const, attribute: Attribute.of('__NAME__', 'name1') },
      { kind: 'not' as const, operand: { kind: 'endsWith' as const, attribute: Attribute.of('mail', '2@x') } },
    ],
    optional: ['mail'],
    freeText: ['mail'],
    broken: { host: '' },
    secrets: ['config-s3cret', 'sample-s3cret'],
    behind: { name: 'a map in memory', real: true },
    openCursors: async () => target.openSearches,
    outage: {
      begin: async () => {
        away = true;
        for (const session of target.sessions) session.alive = keepsSessions;
      },
      end: async () => { away = false; },
    },
    exempt: { definition: 'a connector of these tests' },
    stop: async () => undefined,
  };
}
