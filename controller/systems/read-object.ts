export * from '../../protocol/provisioner/read-object.js';
