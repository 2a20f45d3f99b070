export * from '../../protocol/crest/resource-error.js';
