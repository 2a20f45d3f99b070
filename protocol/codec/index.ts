/** Between the object model and bytes: object streams, operations, results. See ../README.md. */
export * from './decode-operation.js';
export * from './decode-response.js';
export * from './encode-operation.js';
export * from './encode-response.js';
export { connectorErrorOf, toErrorMessage } from './error-message.js';
export * from './facade-key.js';
export * from './limits.js';
export * from './object-stream/object-stream.js';
export * from './results-batch.js';
