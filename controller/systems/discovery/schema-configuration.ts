export * from '../../../protocol/provisioner/schema-configuration.js';
