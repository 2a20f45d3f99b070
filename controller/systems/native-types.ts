export * from '../../protocol/provisioner/native-types.js';
