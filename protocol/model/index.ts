/** The ICF object model: what connectors, agents and controllers talk about. No I/O. */
export * from './api-configuration.js';
export * from './api-operations.js';
export * from './attribute.js';
export * from './chunks.js';
export * from './connector-object.js';
export * from './errors.js';
export * from './filter.js';
export * from './guarded.js';
export * from './icf-object.js';
export * from './names.js';
export * from './operation-options.js';
export * from './operations.js';
export * from './schema.js';
export * from './search-result.js';
export * from './sync.js';
export * from './values.js';
