import { Buffer } from 'node:buffer';

/** One file of an archive. Names are short and ASCII. */
export interface TarEntry {
  readonly name: string;
  readonly content: Buffer;
}

const BLOCK = 512;
const LONGEST_NAME = 100;

/**
 * An archive in the ustar format (IEEE Std 1003.1, pax, "ustar Interchange Format"), which every tar reads. `modified` in
 * seconds since the epoch. Throws a RangeError for a name the format has no room for.
 */
export function tarOf(entries: readonly TarEntry[], modified: number): Buffer {
  const blocks = entries.flatMap(({ name, content }) => [header(name, content.length, modified), content, Buffer.alloc((BLOCK - content.length % BLOCK) % BLOCK)]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]); // two empty blocks end it
}

function header(name: string, size: number, modified: number): Buffer {
  if (Buffer.byteLength(name) > LONGEST_NAME) throw new RangeError(`${name} is too long a name for the archive`);
  const block = Buffer.alloc(BLOCK);
  const put = (text: string, at: number): void => { block.write(text, at, 'latin1'); };
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;
  put(name, 0);
  put(octal(0o600, 7), 100);
  put(octal(0, 7), 108);
  put(octal(0, 7), 116);
  put(octal(size, 11), 124);
  put(octal(modified, 11), 136);
  put('        ', 148); // the sum is made with blanks in its own place
  put('0', 156);
  put('ustar\0' + '00', 257);
  put(`${block.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
