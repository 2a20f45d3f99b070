export * from '../../protocol/provisioner/coerce.js';
