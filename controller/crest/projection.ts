export * from '../../protocol/crest/projection.js';
