export * from '../../protocol/crest/query-filter.js';
