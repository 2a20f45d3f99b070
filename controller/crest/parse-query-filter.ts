export * from '../../protocol/crest/parse-query-filter.js';
