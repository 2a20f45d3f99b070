export * from '../../protocol/provisioner/to-icf-filter.js';
