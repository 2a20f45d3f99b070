export * from '../../protocol/provisioner/json-form.js';
