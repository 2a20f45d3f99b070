/** The local certificate authority. Imports nothing of ours, so that it can be used from anywhere. */
export { CertificateError } from './certificate-error.js';
export { ROOT_CERTIFICATE_FILE, ROOT_KEY_FILE } from './authority-directory.js';
export { createAuthority, openAuthority, writeIssued, type AgentRequest, type Authority, type ControllerRequest, type IssuedCertificate, type Life } from './authority.js';
export type { CertificateUsage } from './certificate-builder.js';
export { showCertificates, type CertificateSummary } from './show.js';
export { certsCommands } from './cli.js';
