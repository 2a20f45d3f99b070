import { createHmac, hash as digestOf } from 'node:crypto';

export type ChainAlgorithm = 'sha256' | 'hmac-sha256';

/** What the first line of all follows. */
export const GENESIS = '0'.repeat(64);

/** How lines are chained: by a digest anybody can check, or by one only holders of the key can make. */
export interface ChainHash {
  readonly algorithm: ChainAlgorithm;
  /** Tells keys apart and nothing about them; undefined without a key. */
  readonly keyId: string | undefined;
  /** Hexadecimal, 64 digits: of the previous line's hash and a line's content, both ASCII. */
  next(previous: string, content: string): string;
  /** As `next`, of the previous hash and the content behind each other in one buffer. */
  nextOf(previousAndContent: Uint8Array): string;
  /** Seals the head file; no line has the same input. */
  seal(text: string): string;
}

const SEAL_PREFIX = 'causeway audit head ';

/** The chain without a key: shows accidents and careless changes, and with anchors kept elsewhere everything. */
export const plainChain: ChainHash = {
  algorithm: 'sha256',
  keyId: undefined,
  next: (previous, content) => digestOf('sha256', previous + content),
  nextOf: (bytes) => digestOf('sha256', bytes),
  seal: (text) => digestOf('sha256', SEAL_PREFIX + text),
};

/** The chain with a key (HMAC, RFC 2104): who can write the files but has not the key cannot make a line. */
export function keyedChain(key: string): ChainHash {
  const mac = (data: string | Uint8Array): string => createHmac('sha256', key).update(data).digest('hex');
  return {
    algorithm: 'hmac-sha256',
    keyId: mac('causeway audit key id').slice(0, 16),
    next: (previous, content) => mac(previous + content),
    nextOf: mac,
    seal: (text) => mac(SEAL_PREFIX + text),
  };
}
