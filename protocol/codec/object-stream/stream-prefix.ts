import { MAGIC, VERSION } from './constants.js';

/** Magic number, version and constant pool: what stands before the outermost object. Codes are the names' positions. */
export interface StreamPrefix {
  readonly names: readonly string[];
  readonly bytes: Buffer;
}

let latest: StreamPrefix = { names: [], bytes: bytesOf([]) };

/** Results of one search nearly always use the same names in the same order, so the last prefix is kept. */
export function latestPrefix(): StreamPrefix {
  return latest;
}

/** The prefix for these names, from now on the latest. */
export function newPrefix(names: readonly string[]): StreamPrefix {
  latest = { names, bytes: bytesOf(names) };
  return latest;
}

function bytesOf(names: readonly string[]): Buffer {
  const texts = names.map((name) => Buffer.from(name, 'utf8'));
  const bytes = Buffer.alloc(12 + texts.reduce((sum, text) => sum + 8 + text.length, 0));
  let position = bytes.writeUInt32BE(MAGIC, 0);
  position = bytes.writeUInt32BE(VERSION, position);
  position = bytes.writeUInt32BE(texts.length, position);
  texts.forEach((text, code) => {
    position = bytes.writeUInt32BE(text.length, position);
    position += text.copy(bytes, position);
    position = bytes.writeUInt32BE(code, position);
  });
  return bytes;
}
