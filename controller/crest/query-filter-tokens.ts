export * from '../../protocol/crest/query-filter-tokens.js';
