/** What somebody using the authority can put right. A module of its own, so that naming it does not load the authority. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
}
