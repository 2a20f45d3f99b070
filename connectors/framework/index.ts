/** What connectors are made with, and what an agent does with them. */
export * from './clock.js';
export * from './connector-keys.js';
export * from './default-configuration.js';
export * from './define-connector.js';
export * from './describe.js';
export * from './facade/environment.js';
export * from './facade/facade.js';
export * from './filter-evaluation.js';
export * from './offered-operations.js';
export * from './properties.js';
export * from './snapshot/snapshot-changes.js';
export * from './snapshot/snapshot-operations.js';
export * from './spi.js';
export * from './value-comparison.js';
