import { createHash, timingSafeEqual } from 'node:crypto';

/** Base64(SHA-1(UTF-16BE(key))): how a connector server keeps its shared key (protocol section 1.3). */
export function connectorServerKeyHash(key: string): string {
  return createHash('sha1').update(Buffer.from(key, 'utf16le').swap16()).digest('base64');
}

/** Compares in a time that does not depend on where the two differ. */
export function keyMatches(key: string, hash: string): boolean {
  const mine = createHash('sha256').update(connectorServerKeyHash(key)).digest();
  return timingSafeEqual(mine, createHash('sha256').update(hash).digest());
}
