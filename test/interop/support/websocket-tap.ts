/** Reads one direction of a WebSocket connection from the bytes that pass by: the HTTP head, then the binary messages. */

const END_OF_HEAD = '\r\n\r\n';
/** An HTTP head longer than this is none. */
const MAX_HEAD = 64 * 1024;
const MAX_FRAME_HEADER = 14;

const CONTINUATION = 0;
const BINARY = 2;

/** Which head starts a WebSocket: a request that asks for it, or the answer that grants it. */
export type HeadKind = 'request' | 'response';

export interface TapEvents {
  /** A whole binary message; the bytes are the receiver's. `undefined` stands for one longer than the limit. */
  message(payload: Buffer | undefined, length: number): void;
  /** The bytes are no WebSocket, or a broken one; nothing more is read. */
  problem(what: string): void;
}

interface Frame {
  readonly opcode: number;
  readonly final: boolean;
  readonly mask: Buffer | undefined;
  /** Undefined when it is too long to be kept. */
  readonly payload: Buffer | undefined;
  readonly length: number;
  filled: number;
}

function startsWebSocket(head: string, kind: HeadKind): boolean {
  return kind === 'request' ? /^GET [^\r\n]*\r\n/.test(head) && /\r\nupgrade:\s*websocket\s*(\r\n|$)/i.test(head) : /^HTTP\/1\.1 101 /.test(head);
}

/** Feed it with {@link take}; every byte is looked at once, and a payload is copied once. */
export class WebSocketTap {
  readonly #kind: HeadKind;
  readonly #maxMessage: number;
  readonly #events: TapEvents;
  #state: 'head' | 'frames' | 'off' = 'head';
  /** Bytes of a head or of a frame's header that is not complete yet. */
  #pending: Buffer = Buffer.alloc(0);
  #frame: Frame | undefined;
  /** Payloads of the fragments of one message; undefined between messages. */
  #fragments: (Buffer | undefined)[] | undefined;

  constructor(kind: HeadKind, events: TapEvents, maxMessage = 64 * 1024 * 1024) {
    this.#kind = kind;
    this.#events = events;
    this.#maxMessage = maxMessage;
  }

  /** The next bytes as they came from the socket; the chunk is not kept. */
  take(chunk: Buffer): void {
    let rest: Buffer | undefined = chunk;
    while (rest !== undefined && rest.length > 0 && this.#state !== 'off') {
      if (this.#state === 'head') rest = this.#head(rest);
      else rest = this.#frame === undefined ? this.#header(rest) : this.#payload(this.#frame, rest);
    }
  }

  #fail(what: string): undefined {
    this.#state = 'off';
    this.#events.problem(what);
    return undefined;
  }

  #head(chunk: Buffer): Buffer | undefined {
    const all = Buffer.concat([this.#pending, chunk]);
    const end = all.indexOf(END_OF_HEAD);
    if (end < 0) {
      this.#pending = all;
      return all.length > MAX_HEAD ? this.#fail(`an HTTP head of more than ${MAX_HEAD} bytes`) : undefined;
    }
    this.#pending = Buffer.alloc(0);
    const head = all.toString('latin1', 0, end);
    if (!startsWebSocket(head, this.#kind)) return this.#fail(`no WebSocket: ${head.split('\r\n', 1)[0] ?? ''}`);
    this.#state = 'frames';
    return all.subarray(end + END_OF_HEAD.length);
  }

  /** Reads the header of a frame; gives what follows it. */
  #header(chunk: Buffer): Buffer | undefined {
    const carried = this.#pending.length;
    const bytes = carried === 0 ? chunk : Buffer.concat([this.#pending, chunk.subarray(0, MAX_FRAME_HEADER)]);
    const size = headerSize(bytes);
    if (size === undefined || bytes.length < size) {
      this.#pending = Buffer.from(bytes);
      return undefined;
    }
    this.#pending = Buffer.alloc(0);
    const frame = this.#frameOf(bytes, size);
    if (frame === undefined) return undefined;
    this.#frame = frame;
    return frame.length === 0 ? this.#payload(frame, chunk.subarray(size - carried)) : chunk.subarray(size - carried);
  }

  #frameOf(bytes: Buffer, size: number): Frame | undefined {
    const [first = 0, second = 0] = bytes;
    if ((first & 0x70) !== 0) return this.#fail(`a frame with reserved bits: ${first.toString(16)}`);
    const length = payloadLength(bytes);
    if (!Number.isSafeInteger(length)) return this.#fail('a frame longer than 2^53 bytes');
    const masked = (second & 0x80) !== 0;
    return {
      opcode: first & 0x0f, final: (first & 0x80) !== 0, length, filled: 0,
      mask: masked ? Buffer.from(bytes.subarray(size - 4, size)) : undefined,
      payload: length <= this.#maxMessage ? Buffer.allocUnsafe(length) : undefined,
    };
  }

  /** Fills the payload; gives what follows it. */
  #payload(frame: Frame, chunk: Buffer): Buffer | undefined {
    const taken = Math.min(chunk.length, frame.length - frame.filled);
    if (frame.payload !== undefined) chunk.copy(frame.payload, frame.filled, 0, taken);
    frame.filled += taken;
    if (frame.filled < frame.length) return undefined;
    this.#frame = undefined;
    if (frame.payload !== undefined && frame.mask !== undefined) unmask(frame.payload, frame.mask);
    this.#complete(frame);
    return chunk.subarray(taken);
  }

  #complete({ opcode, final, payload }: Frame): void {
    if (opcode === BINARY) this.#fragments = [payload];
    else if (opcode === CONTINUATION) this.#fragments?.push(payload);
    else return; // text, close, ping, pong
    if (!final || this.#fragments === undefined) return;
    const fragments = this.#fragments;
    this.#fragments = undefined;
    const whole = fragments.filter((fragment) => fragment !== undefined);
    const length = whole.reduce((sum, fragment) => sum + fragment.length, 0);
    if (whole.length < fragments.length || length > this.#maxMessage) this.#events.message(undefined, length);
    else this.#events.message(whole.length === 1 ? whole[0] : Buffer.concat(whole), length);
  }
}

/** Bytes of the frame's header; undefined when there are too few to tell. */
function headerSize(bytes: Buffer): number | undefined {
  const second = bytes[1];
  if (second === undefined) return undefined;
  const short = second & 0x7f;
  return 2 + (short === 127 ? 8 : short === 126 ? 2 : 0) + ((second & 0x80) === 0 ? 0 : 4);
}

function payloadLength(bytes: Buffer): number {
  const short = (bytes[1] ?? 0) & 0x7f;
  if (short === 127) return Number(bytes.readBigUInt64BE(2));
  return short === 126 ? bytes.readUInt16BE(2) : short;
}

function unmask(payload: Buffer, mask: Buffer): void {
  for (let i = 0; i < payload.length; i++) payload[i] = (payload[i] ?? 0) ^ (mask[i & 3] ?? 0);
}
