export * from '../../protocol/provisioner/provisioner-source.js';
