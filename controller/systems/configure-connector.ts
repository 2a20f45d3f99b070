export * from '../../protocol/provisioner/configure-connector.js';
