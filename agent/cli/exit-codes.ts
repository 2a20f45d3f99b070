export * from '../../deploy/runtime/exit-codes.js';
