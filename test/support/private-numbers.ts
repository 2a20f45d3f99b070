import { createPrivateKey } from 'node:crypto';

/** What is secret in a PEM key: the private exponent or scalar, and the primes. The rest of the file is public. None when it cannot be read. */
export function privateNumbers(pem: string): readonly Buffer[] {
  try {
    const { d, p, q } = createPrivateKey(pem).export({ format: 'jwk' });
    return [d, p, q].flatMap((number) => (number === undefined ? [] : [Buffer.from(number, 'base64url')]));
  } catch {
    return []; // a test's broken or encrypted file
  }
}
