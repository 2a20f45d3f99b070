export * from '../../protocol/provisioner/property-references.js';
