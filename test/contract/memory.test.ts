import { ACCOUNT, Attribute, GuardedString, Name, type Filter } from '../../protocol/model/index.js';
import { MemoryTarget, memoryConnector, type MemoryOptions } from '../support/memory-connector.js';
import { describeConnectorContract } from './connector-contract.js';

const equalsOnly = (filter: Filter) => (filter.kind === 'equals' ? { native: filter, residual: undefined } : { native: undefined, residual: filter });

function start(options: MemoryOptions) {
  const target = new MemoryTarget();
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
    stop: async () => undefined,
  });
}

describeConnectorContract('a connector that can do nothing natively', start({}));
describeConnectorContract('a connector that pages, sorts and filters', start({ native: { paging: true, sorting: true }, nativeFilter: equalsOnly, pooled: false }));
