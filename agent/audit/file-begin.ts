import { open } from 'node:fs/promises';
import { GENESIS, type ChainHash } from './chain-hash.js';
import { MAX_LINE_BYTES, parseLine, type LineFields } from './audit-line.js';

/** Kind of the first line of each file. */
export const FILE_BEGUN = 'file-begun';

/** What the first line of a file says of it. */
export interface FileBegin {
  readonly file: number;
  /** Hash of the last line of the file before; the first file's is all zeros. */
  readonly previous: string;
  readonly keyId: string | undefined;
  readonly chain: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export function fileBegunFields(file: number, previous: string, chain: ChainHash, origin: Readonly<Record<string, string>>): LineFields {
  return { kind: FILE_BEGUN, file, previous, chain: chain.algorithm, keyId: chain.keyId, origin };
}

/** Reads the first line. Undefined when it is none of a file's beginning. */
export async function readFileBegin(path: string): Promise<FileBegin | undefined> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_LINE_BYTES), 0, MAX_LINE_BYTES, 0);
    const end = buffer.subarray(0, bytesRead).indexOf(0x0a);
    return end < 0 ? undefined : fileBeginOf(buffer.subarray(0, end));
  } finally {
    await handle.close();
  }
}

export function fileBeginOf(line: Buffer): FileBegin | undefined {
  const fields = parseLine(line);
  if (fields?.['kind'] !== FILE_BEGUN) return undefined;
  const { file, previous, chain, keyId, at } = fields;
  if (typeof file !== 'number' || typeof previous !== 'string' || previous.length !== GENESIS.length || typeof chain !== 'string' || typeof at !== 'string') return undefined;
  return { file, previous, chain, keyId: typeof keyId === 'string' ? keyId : undefined, at: Date.parse(at) };
}
