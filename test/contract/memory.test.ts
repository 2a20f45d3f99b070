import { ACCOUNT, Attribute, ConnectorError, GuardedString, Name, type Filter } from '../../protocol/model/index.js';
import { MemoryTarget, memoryConnector, type MemoryOptions } from '../support/memory-connector.js';
import { describeConnectorContract } from './connector-contract.js';

const equalsOnly = (filter: Filter) => (filter.kind === 'equals' ? { native: filter, residual: undefined } : { native: undefined, residual: filter });

function start(options: MemoryOptions) {
  const target = new MemoryTarget();
  let away = false;
  const requireThere = async (): Promise<void> => {
    if (away) throw new ConnectorError('connectionFailed', 'The map is out of reach.');
  };
  target.before = requireThere;
  target.beforeObject = requireThere;
  target.openSession = requireThere;
  return async () => ({
    connector: memoryConnector(target, options),
    configuration: { host: 'localhost', credentials: new GuardedString('config-s3cret') },
    objectClass: ACCOUNT,
    sample: (index: number) => [new Name(`name${index}`), Attribute.of('mail', `m${index % 3}@x`), Attribute.of('__PASSWORD__', new GuardedString('sample-s3cret'))],
    change: Attribute.of('mail', 'changed@x'),
    multiValued: { name: 'groups', values: ['a', 'b', 'c'] },
    filters: [
      { kind: 'equals' as const, attribute: Attribute.of('mail', 'm1@x') },
      { kind: 'startsWith' as const, attribute: Attribute.of('__NAME__', 'name1') },
      { kind: 'not' as const, operand: { kind: 'endsWith' as const, attribute: Attribute.of('mail', '2@x') } },
    ],
    broken: { host: '' },
    secrets: ['config-s3cret', 'sample-s3cret'],
    behind: { name: 'a map in memory', real: true },
    openCursors: async () => target.openSearches,
    outage: {
      begin: async () => { away = true; for (const session of target.sessions) session.alive = false; },
      end: async () => { away = false; },
    },
    exempt: { definition: 'a connector of these tests' },
    stop: async () => undefined,
  });
}

describeConnectorContract('a connector that can do nothing natively', start({}));
describeConnectorContract('a connector that pages, sorts and filters', start({ native: { paging: true, sorting: true }, nativeFilter: equalsOnly, pooled: false }));
