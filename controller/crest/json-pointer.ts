export * from '../../protocol/crest/json-pointer.js';
