import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);
const COST = { N: 16_384, r: 8, p: 1 };
const LENGTH = 32;
const MAX_MEMORY = 128 * 1024 * 1024;

interface ParsedHash {
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer;
  readonly digest: Buffer;
}

/** A scrypt hash as configuration files hold it: `scrypt$N$r$p$salt$digest`, the last two in Base64. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const digest = await derive(password, salt, LENGTH, { ...COST, maxmem: MAX_MEMORY });
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64'), digest.toString('base64')].join('$');
}

function parseHash(text: string): ParsedHash | undefined {
  const match = /^scrypt\$(\d{1,8})\$(\d{1,2})\$(\d{1,2})\$([A-Za-z0-9+/]{16,}={0,2})\$([A-Za-z0-9+/]{40,}={0,2})$/.exec(text);
  if (match === null) return undefined;
  const [, N, r, p, salt = '', digest = ''] = match;
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  const isPower = cost.N >= 1024 && cost.N <= 2 ** 20 && (cost.N & (cost.N - 1)) === 0;
  if (!isPower || cost.r < 1 || cost.p < 1 || 128 * cost.N * cost.r > MAX_MEMORY) return undefined;
  return { ...cost, salt: Buffer.from(salt, 'base64'), digest: Buffer.from(digest, 'base64') };
}

/** True for text that {@link hashPassword} could have made. */
export function isPasswordHash(text: string): boolean {
  return parseHash(text) !== undefined;
}

/** Compares in constant time. A hash that cannot be read matches nothing. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const parsed = parseHash(hash);
  if (parsed === undefined) return false;
  const { N, r, p, salt, digest } = parsed;
  return timingSafeEqual(await derive(password, salt, digest.length, { N, r, p, maxmem: MAX_MEMORY }), digest);
}
