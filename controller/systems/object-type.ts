export * from '../../protocol/provisioner/object-type.js';
