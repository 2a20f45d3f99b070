/** A secret cannot be had. The message names its source and what to do, never content. */
export class SecretError extends Error {
  override readonly name = 'SecretError';
}
