/** Builds object streams by hand, from the grammar of protocol section 5.2 alone. */

export function i32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}

export function text(value: string): Buffer {
  const utf8 = Buffer.from(value);
  return Buffer.concat([i32(utf8.length), utf8]);
}

/** A stream with the names as codes 0, 1, 2… */
export function stream(names: readonly string[], ...body: Uint8Array[]): Buffer {
  const pool = names.flatMap((name, code) => [text(name), i32(code)]);
  return Buffer.concat([i32(0xfafb), i32(2), i32(names.length), ...pool, ...body]);
}

const NULL = Buffer.from([0x3c, 0x48]);

/** An object of the type with that code. */
export function object(code: number, ...fields: Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.from([0x3d]), i32(code), ...fields, Buffer.from([0x48])]);
}

export function anonymous(content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([0x46]), i32(content.length), content]);
}

export function named(code: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([0x47]), i32(code), i32(content.length), content]);
}

export const nothing = NULL;
