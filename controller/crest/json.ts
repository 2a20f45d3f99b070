export * from '../../protocol/crest/json.js';
