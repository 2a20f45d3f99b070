import { open, readFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from './canonical-json.js';
import type { ChainHash } from './chain-hash.js';
import { parseLine } from './audit-line.js';

/** Up to where the chain was written: what is missing at the end is found by it. */
export interface ChainEnd {
  readonly file: number;
  /** Bytes of that file. */
  readonly size: number;
  /** Of the last line; 0 when there is none. */
  readonly sequence: number;
  readonly hash: string;
}

export type HeadReading =
  | { readonly state: 'read'; readonly end: ChainEnd; readonly keyId: string | undefined }
  | { readonly state: 'foreign-key'; readonly keyId: string | undefined }
  | { readonly state: 'missing' | 'damaged' };

/** One sector, so that it is written as a whole or not at all. */
const LENGTH = 512;

export function headPath(directory: string): string {
  return join(directory, 'head.json');
}

function sealedText({ file, size, sequence, hash }: ChainEnd, chain: ChainHash): string {
  return canonicalJson({ algorithm: chain.algorithm, file, hash, keyId: chain.keyId, seq: sequence, size });
}

/** The head as a small file of its own, overwritten in place after each group of lines, sealed with the chain's digest or key. */
export class HeadFile {
  readonly #handle: FileHandle;
  readonly #chain: ChainHash;

  private constructor(handle: FileHandle, chain: ChainHash) {
    this.#handle = handle;
    this.#chain = chain;
  }

  static async open(directory: string, chain: ChainHash): Promise<HeadFile> {
    const path = headPath(directory);
    const handle = await open(path, 'r+').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return open(path, 'wx+', 0o600);
      throw error;
    });
    return new HeadFile(handle, chain);
  }

  async write(end: ChainEnd): Promise<void> {
    const text = sealedText(end, this.#chain);
    const line = `${text.slice(0, -1)},"seal":"${this.#chain.seal(text)}"}`;
    await this.#handle.write(Buffer.from(`${line.padEnd(LENGTH - 1)}\n`, 'latin1'), 0, LENGTH, 0);
  }

  async sync(): Promise<void> {
    await this.#handle.datasync();
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** Reads a head and checks its seal. `chainFor` gives the chain for a key id, or undefined for a key it has not. */
export async function readHead(directory: string, chainFor: (keyId: string | undefined) => ChainHash | undefined): Promise<HeadReading> {
  let text: string;
  try {
    text = await readFile(headPath(directory), 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { state: 'missing' };
    throw error;
  }
  const head = parseLine(text);
  if (head === undefined) return { state: 'damaged' };
  const { file, size, seq, hash, seal } = head;
  const keyId = typeof head['keyId'] === 'string' ? head['keyId'] : undefined;
  if (typeof file !== 'number' || typeof size !== 'number' || typeof seq !== 'number' || typeof hash !== 'string') return { state: 'damaged' };
  const chain = chainFor(keyId);
  if (chain === undefined) return { state: 'foreign-key', keyId };
  const end: ChainEnd = { file, size, sequence: seq, hash };
  return chain.seal(sealedText(end, chain)) === seal ? { state: 'read', end, keyId } : { state: 'damaged' };
}
