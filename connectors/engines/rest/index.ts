/** What definitions are made of. Authentication, filters, paging and sync have files to choose from; the rest of this folder is the engine's own. */
export * from './afterwards.js';
export * from './attributes.js';
export * from './client-certificate.js';
export * from './configured-rates.js';
export * from './define-rest-connector.js';
export type * from './definition.js';
export { httpAddress, type HttpConfiguration } from './http-configuration.js';
export * from './json.js';
export * from './json-values.js';
export * from './linked-values.js';
export * from './list.js';
export * from './number-properties.js';
export { connectorObject, refuse } from './object-mapping.js';
export * from './once-a-search.js';
export * from './request-line.js';
export * from './rest-call.js';
export * from './saas-family.js';
export * from './saas-properties.js';
