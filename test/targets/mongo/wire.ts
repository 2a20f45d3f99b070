import { deserialize, serialize, type Document } from 'bson';

/** www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/ */
const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const HEADER = 16;
const MORE_TO_COME = 2;
/** Types stay apart, as a server keeps them. */
const EXACT = { promoteValues: false, promoteBuffers: false, bsonRegExp: true } as const;

export interface WireRequest {
  readonly requestId: number;
  readonly opcode: number;
  /** Nobody waits for an answer. */
  readonly silent: boolean;
  readonly database: string;
  readonly body: Document;
}

function readDocument(buffer: Buffer, at: number): { readonly document: Document; readonly next: number } {
  const size = buffer.readInt32LE(at);
  return { document: deserialize(buffer.subarray(at, at + size), EXACT), next: at + size };
}

function cString(buffer: Buffer, at: number): { readonly text: string; readonly next: number } {
  const end = buffer.indexOf(0, at);
  return { text: buffer.toString('utf8', at, end), next: end + 1 };
}

function readMessage(buffer: Buffer, end: number): Document {
  let at = HEADER + 4;
  let body: Document = {};
  const sequences: Document = {};
  while (at < end) {
    const kind = buffer.readUInt8(at);
    if (kind === 0) {
      const { document, next } = readDocument(buffer, at + 1);
      body = document;
      at = next;
    } else {
      const until = at + 1 + buffer.readInt32LE(at + 1);
      const { text, next } = cString(buffer, at + 5);
      const documents: Document[] = [];
      for (at = next; at < until;) {
        const read = readDocument(buffer, at);
        documents.push(read.document);
        at = read.next;
      }
      sequences[text] = documents;
    }
  }
  return { ...body, ...sequences };
}

/** Undefined while the buffer does not hold a whole message. */
export function readRequest(buffer: Buffer): { readonly request: WireRequest; readonly length: number } | undefined {
  if (buffer.length < HEADER || buffer.length < buffer.readInt32LE(0)) return undefined;
  const length = buffer.readInt32LE(0);
  const requestId = buffer.readInt32LE(4);
  const opcode = buffer.readInt32LE(12);
  if (opcode === OP_MSG) {
    const flags = buffer.readUInt32LE(HEADER);
    const body = readMessage(buffer, (flags & 1) === 0 ? length : length - 4);
    return { length, request: { requestId, opcode, silent: (flags & MORE_TO_COME) !== 0, database: String(body['$db']), body } };
  }
  if (opcode !== OP_QUERY) throw new Error(`This stand-in for MongoDB does not know the opcode ${opcode}.`);
  const { text, next } = cString(buffer, HEADER + 4);
  return { length, request: { requestId, opcode, silent: false, database: text.split('.', 1)[0] ?? '', body: readDocument(buffer, next + 8).document } };
}

let lastId = 0;

function framed(opcode: number, responseTo: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeInt32LE(HEADER + payload.length, 0);
  header.writeInt32LE(lastId = (lastId + 1) & 0x7fff_ffff, 4);
  header.writeInt32LE(responseTo, 8);
  header.writeInt32LE(opcode, 12);
  return Buffer.concat([header, payload]);
}

export function writeReply({ opcode, requestId }: WireRequest, answer: Document): Buffer {
  const document = Buffer.from(serialize(answer, { ignoreUndefined: true }));
  if (opcode === OP_MSG) return framed(OP_MSG, requestId, Buffer.concat([Buffer.alloc(5), document]));
  const head = Buffer.alloc(20);
  head.writeInt32LE(8, 0);
  head.writeInt32LE(1, 16);
  return framed(OP_REPLY, requestId, Buffer.concat([head, document]));
}
