import type { Filter } from '../../protocol/model/index.js';
import { MemoryTarget, type MemoryOptions } from '../support/memory-connector.js';
import { describeConnectorContract } from './connector-contract.js';
import { memoryContract } from './memory-target.js';

const equalsOnly = (filter: Filter) => (filter.kind === 'equals' ? { native: filter, residual: undefined } : { native: undefined, residual: filter });
const start = (options: MemoryOptions) => async () => memoryContract(new MemoryTarget(), options);

describeConnectorContract('a connector that can do nothing natively', start({}));
describeConnectorContract('a connector that pages, sorts and filters', start({ native: { paging: true, sorting: true }, nativeFilter: equalsOnly, pooled: false }));
describeConnectorContract('a connector whose cookies last', start({ native: { paging: true, lastingCookies: true }, nativeFilter: equalsOnly }));
