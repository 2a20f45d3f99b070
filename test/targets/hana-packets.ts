/**
 * Packets of SAP's SQL command network protocol, as far as a server for tests needs them: requests are read, replies are written.
 * SAP HANA SQL Command Network Protocol Reference (https://help.sap.com/docs/SAP_HANA_PLATFORM/7e4aba181371442d9e4395e7ff71b777).
 */

export const MESSAGE = { executeDirect: 2, prepare: 3, execute: 13, authenticate: 65, connect: 66, commit: 67, rollback: 68, closeResultSet: 69, dropStatementId: 70, fetchNext: 71, disconnect: 77 } as const;
export const PART = { command: 3, resultSet: 5, error: 6, statementId: 10, rowsAffected: 12, resultSetId: 13, parameters: 32, authentication: 33, fetchSize: 45, parameterMetadata: 47, resultSetMetadata: 48, transactionFlags: 64 } as const;
export const FUNCTION = { none: 0, ddl: 1, select: 5, procedureCall: 8, fetch: 10, commit: 11, rollback: 12 } as const;
export const TYPE = { integer: 3, bigint: 4, nvarchar: 11, longdate: 61 } as const;

const PACKET_HEADER = 32, SEGMENT_HEADER = 24, PART_HEADER = 16;
const REPLY = 2, ERROR = 5;
const aligned = (length: number): number => Math.ceil(length / 8) * 8;

export interface Part { readonly kind: number; readonly attributes?: number; readonly count?: number; readonly data: Buffer }
export interface Request { readonly packet: number; readonly message: number; readonly commits: boolean; readonly parts: ReadonlyMap<number, Buffer> }
export type Cell = string | number | null;
export interface Column { readonly name: string; readonly type: number }

/** The first packet of the bytes, with how many of them it took; undefined where some are still to come. */
export function readRequest(bytes: Buffer): { readonly request: Request; readonly length: number } | undefined {
  if (bytes.length < PACKET_HEADER || bytes.length < PACKET_HEADER + bytes.readUInt32LE(12)) return undefined;
  const segment = bytes.subarray(PACKET_HEADER, PACKET_HEADER + bytes.readUInt32LE(12));
  const parts = new Map<number, Buffer>();
  let at = SEGMENT_HEADER;
  for (let left = segment.readInt16LE(8); left > 0; left--) {
    const data = segment.subarray(at + PART_HEADER, at + PART_HEADER + segment.readInt32LE(at + 8));
    parts.set(segment.readInt8(at), data);
    at += PART_HEADER + aligned(data.length);
  }
  return { request: { packet: bytes.readUInt32LE(8), message: segment.readInt8(13), commits: segment.readInt8(14) === 1, parts }, length: PACKET_HEADER + segment.length };
}

export function reply(packet: number, functionCode: number, parts: readonly Part[]): Buffer {
  const body = Buffer.concat(parts.map(({ kind, attributes = 0, count = 1, data }) => {
    const part = Buffer.alloc(PART_HEADER + aligned(data.length));
    part.writeInt8(kind, 0);
    part.writeInt8(attributes, 1);
    part.writeInt16LE(count, 2);
    part.writeInt32LE(data.length, 8);
    data.copy(part, PART_HEADER);
    return part;
  }));
  const header = Buffer.alloc(PACKET_HEADER + SEGMENT_HEADER);
  header.writeUInt32LE(1, 0);
  header.writeUInt32LE(packet, 8);
  header.writeUInt32LE(SEGMENT_HEADER + body.length, 12);
  header.writeUInt32LE(SEGMENT_HEADER + body.length, 16);
  header.writeInt16LE(1, 20);
  header.writeInt32LE(SEGMENT_HEADER + body.length, PACKET_HEADER);
  header.writeInt16LE(parts.length, PACKET_HEADER + 8);
  header.writeInt16LE(1, PACKET_HEADER + 10);
  header.writeInt8(parts.some(({ kind }) => kind === PART.error) ? ERROR : REPLY, PACKET_HEADER + 12);
  header.writeInt16LE(functionCode, PACKET_HEADER + 14);
  return Buffer.concat([header, body]);
}

export function errorPart(code: number, message: string): Part {
  const text = Buffer.from(message);
  const data = Buffer.alloc(18 + text.length);
  data.writeInt32LE(code, 0);
  data.writeInt32LE(text.length, 8);
  data.writeInt8(1, 12);
  data.write('HY000', 13, 'ascii');
  text.copy(data, 18);
  return { kind: PART.error, data };
}

export function numberPart(kind: number, value: number): Part {
  const data = Buffer.alloc(4);
  data.writeInt32LE(value);
  return { kind, data };
}

export function idPart(kind: number, id: number): Part {
  const data = Buffer.alloc(8);
  data.writeUInt32LE(id);
  return { kind, data };
}

/** That a transaction was committed or rolled back. */
export function transactionPart(flag: 'rolledBack' | 'committed'): Part {
  const BOOLEAN = 28;
  return { kind: PART.transactionFlags, data: Buffer.from([flag === 'committed' ? 1 : 0, BOOLEAN, 1]) };
}

/** HANA's own form of text: each half of a surrogate pair by itself, as UTF-8 writes what is below U+10000. */
function cesu8(text: string): Buffer {
  return Buffer.concat(Array.from({ length: text.length }, (_, index) => {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) return Buffer.from([unit]);
    return Buffer.from(unit < 0x800 ? [0xc0 | unit >> 6, 0x80 | unit & 0x3f] : [0xe0 | unit >> 12, 0x80 | unit >> 6 & 0x3f, 0x80 | unit & 0x3f]);
  }));
}

export function fromCesu8(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at]!;
    const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : 3;
    const rest = [...bytes.subarray(at + 1, at + length)].reduce((unit, byte) => unit << 6 | byte & 0x3f, length === 1 ? first : first & (length === 2 ? 0x1f : 0x0f));
    text += String.fromCharCode(rest);
    at += length;
  }
  return text;
}

/** Length and content; lengths above 245 take three bytes. */
function counted(content: Buffer): Buffer {
  if (content.length <= 245) return Buffer.concat([Buffer.from([content.length]), content]);
  const length = Buffer.from([246, 0, 0]);
  length.writeUInt16LE(content.length, 1);
  return Buffer.concat([length, content]);
}

function readCounted(bytes: Buffer, at: number): { readonly content: Buffer; readonly next: number } {
  const isLong = bytes[at] === 246;
  const from = at + (isLong ? 3 : 1);
  const next = from + (isLong ? bytes.readUInt16LE(at + 1) : bytes[at]!);
  return { content: bytes.subarray(from, next), next };
}

export function writeFields(...fields: readonly Buffer[]): Buffer {
  const count = Buffer.alloc(2);
  count.writeUInt16LE(fields.length);
  return Buffer.concat([count, ...fields.map(counted)]);
}

export function readFields(bytes: Buffer): Buffer[] {
  const fields: Buffer[] = [];
  for (let at = 2, left = bytes.readUInt16LE(0); left > 0; left--) {
    const { content, next } = readCounted(bytes, at);
    fields.push(content);
    at = next;
  }
  return fields;
}

/** Numbers as eight bytes, texts as CESU-8; null where the highest bit of the type is set. */
export function readParameters(bytes: Buffer): Cell[] {
  const values: Cell[] = [];
  for (let at = 0; at < bytes.length;) {
    const type = bytes[at++]!;
    if (type >= 0x80) values.push(null);
    else if (type === TYPE.bigint) {
      values.push(Number(bytes.readBigInt64LE(at)));
      at += 8;
    } else {
      const { content, next } = readCounted(bytes, at);
      values.push(fromCesu8(content));
      at = next;
    }
  }
  return values;
}

/** Names stand behind the fixed part, each once with its length in front. */
export function columnsPart(columns: readonly Column[]): Part {
  const fixed = Buffer.alloc(columns.length * 24);
  const names: Buffer[] = [];
  let offset = 0;
  for (const [index, { name, type }] of columns.entries()) {
    const at = index * 24;
    const NULLABLE = 2;
    fixed.writeInt8(NULLABLE, at);
    fixed.writeInt8(type, at + 1);
    for (const part of [8, 12]) fixed.writeInt32LE(-1, at + part);
    for (const part of [16, 20]) fixed.writeInt32LE(offset, at + part);
    names.push(counted(Buffer.from(name)));
    offset += names.at(-1)!.length;
  }
  return { kind: PART.resultSetMetadata, count: columns.length, data: Buffer.concat([fixed, ...names]) };
}

export function parametersPart(types: readonly number[]): Part {
  const data = Buffer.alloc(types.length * 16);
  for (const [index, type] of types.entries()) {
    const INPUT = 1, NULLABLE = 2;
    data.set([NULLABLE, type, INPUT], index * 16);
    data.writeInt32LE(-1, index * 16 + 4);
  }
  return { kind: PART.parameterMetadata, count: types.length, data };
}

/** `attributes`: whether these are the last rows, after which the result set is closed. */
export function rowsPart(columns: readonly Column[], rows: readonly (readonly Cell[])[], isLast: boolean): Part {
  const LAST = 1, CLOSED = 16;
  return { kind: PART.resultSet, attributes: isLast ? LAST | CLOSED : 0, count: rows.length, data: Buffer.concat(rows.flatMap((row) => row.map((cell, index) => writeCell(cell, columns[index]!.type)))) };
}

function writeCell(cell: Cell, type: number): Buffer {
  if (type === TYPE.longdate) return longdate(cell);
  if (type === TYPE.nvarchar) return cell === null ? Buffer.from([255]) : counted(cesu8(String(cell)));
  const bytes = Buffer.alloc(cell === null ? 1 : type === TYPE.bigint ? 9 : 5);
  if (cell === null) return bytes;
  bytes[0] = 1;
  if (type === TYPE.bigint) bytes.writeBigInt64LE(BigInt(cell), 1);
  else bytes.writeInt32LE(Number(cell), 1);
  return bytes;
}

const NO_DATE = 3_155_380_704_000_000_001n;

/** From 0001-01-01 of the Julian calendar, as HANA counts, to 1970-01-01. */
const SECONDS_BEFORE_1970 = 62_135_596_800n + 2n * 86_400n;

/** 100 nanoseconds since the year 1, counted from one. `2024-01-02T03:04:05.6780000` */
function longdate(cell: Cell): Buffer {
  const bytes = Buffer.alloc(8);
  if (cell === null) {
    bytes.writeBigInt64LE(NO_DATE);
    return bytes;
  }
  const [whole = '', fraction = '0'] = String(cell).split('.');
  const seconds = BigInt(Date.parse(`${whole}Z`) / 1000) + SECONDS_BEFORE_1970;
  bytes.writeBigInt64LE(seconds * 10_000_000n + BigInt(fraction.padEnd(7, '0').slice(0, 7)) + 1n);
  return bytes;
}
