export * from '../../protocol/provisioner/write-object.js';
