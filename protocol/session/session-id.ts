import { randomBytes } from 'node:crypto';

/** A session id of the shape Java sends: 40 upper-case hexadecimal digits (protocol section 2.2). Never used twice. */
export function freshSessionId(): string {
  return randomBytes(20).toString('hex').toUpperCase();
}
