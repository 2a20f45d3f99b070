import { MAGIC, VERSION } from './constants.js';

/** Results of one search nearly always use the same names in the same order, so the last prefix is kept. */
let last: { readonly names: readonly string[]; readonly bytes: Buffer } = { names: [], bytes: prefixOf([]) };

/** Magic number, version and constant pool: what stands before the outermost object. Codes are the names' positions. */
export function streamPrefix(names: readonly string[]): Buffer {
  if (names.length !== last.names.length || names.some((name, code) => name !== last.names[code])) last = { names, bytes: prefixOf(names) };
  return last.bytes;
}

function prefixOf(names: readonly string[]): Buffer {
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
