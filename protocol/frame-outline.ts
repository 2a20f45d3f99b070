/** Fields of OperationResponse whose messages say something about the whole answer (protocol section 4.2). */
const EVENTS = 3;
const SEARCH = 10;
const SYNC = 11;
const CHANGES = 12;

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Largest number of bytes of a varint below 2^53 that is read; longer ones are left to the decoder. */
const VARINT_BYTES = 8;

/** Where the message id stands in a frame: its whole field, tag included. Both ends 0 when there is none. */
export interface MessageIdPlace {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

/** What can be told of an operation's response without decoding it. */
export interface ResponseOutline extends MessageIdPlace {
  /** Number of the one field of OperationResponse that is set. */
  readonly operation: number;
  /** Of a search or sync; 0 where there is none. */
  readonly sequence: number;
  /** It carries a result, a delta or an event. */
  readonly hasItem: boolean;
  /** A subscription ends with it. */
  readonly completed: boolean;
}

/** Walks over the fields of a protobuf message. Whatever is wrong or unusual shows as `failed`. */
class FieldWalk {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  position: number;
  failed = false;
  /** Of the field that was read last. */
  field = 0;
  wireType = 0;
  /** A varint's value, or the length of bytes. */
  value = 0;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.position = start;
    this.#end = end;
  }

  /** Reads the next field; of one with bytes, only its length: `position` is their start. False at the end. */
  next(): boolean {
    if (this.failed || this.position >= this.#end) return false;
    const tag = this.#varint();
    this.field = Math.floor(tag / 8);
    this.wireType = tag % 8;
    switch (this.wireType) {
      case VARINT:
      case BYTES:
        this.value = this.#varint();
        break;
      case FIXED64:
        this.position += 8;
        break;
      case FIXED32:
        this.position += 4;
        break;
      default:
        this.failed = true;
    }
    const last = this.wireType === BYTES ? this.position + this.value : this.position;
    if (this.field === 0 || last > this.#end) this.failed = true;
    return !this.failed;
  }

  /** Goes past the bytes of a field that is not looked into. */
  skip(): void {
    if (this.wireType === BYTES) this.position += this.value;
  }

  isMessage(field: number): boolean {
    return this.field === field && this.wireType === BYTES;
  }

  isNumber(field: number): boolean {
    return this.field === field && this.wireType === VARINT;
  }

  #varint(): number {
    let value = 0;
    let factor = 1;
    for (let count = 0; count < VARINT_BYTES && this.position < this.#end; count++) {
      const byte = this.#bytes[this.position] ?? 0;
      this.position++;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        if (!Number.isSafeInteger(value)) this.failed = true;
        return value;
      }
      factor *= 128;
    }
    this.failed = true;
    return 0;
  }
}

/** Where the id of any message stands. Undefined for a frame that is broken, or names its id twice. */
export function messageIdPlace(frame: Uint8Array): MessageIdPlace | undefined {
  const walk = new FieldWalk(frame, 0, frame.length);
  let found: MessageIdPlace | undefined;
  for (let start = 0; walk.next(); start = walk.position) {
    if (walk.isNumber(1)) {
      if (found !== undefined) return undefined;
      found = { id: walk.value, start, end: walk.position };
    }
    walk.skip();
  }
  return walk.failed ? undefined : found ?? { id: 0, start: 0, end: 0 };
}

/**
 * The outline of an operation's response. Undefined for every other message, and for a form no encoder makes (a message
 * given twice, several operations): those are for the decoder.
 */
export function responseOutline(frame: Uint8Array): ResponseOutline | undefined {
  const walk = new FieldWalk(frame, 0, frame.length);
  let id = 0;
  let idStart = 0;
  let idEnd = 0;
  let body: Answer | undefined;
  for (let start = 0; walk.next(); start = walk.position) {
    if (walk.isNumber(1)) {
      if (idEnd > 0) return undefined;
      id = walk.value;
      idStart = start;
      idEnd = walk.position;
    } else if (walk.isMessage(3)) {
      if (body !== undefined) return undefined;
      body = answerIn(frame, walk.position, walk.position + walk.value);
      if (body === undefined) return undefined;
    } else if (walk.field === 2) {
      return undefined;                                  // a request
    }
    walk.skip();
  }
  return walk.failed || body === undefined ? undefined : { id, start: idStart, end: idEnd, ...body };
}

type Answer = Omit<ResponseOutline, keyof MessageIdPlace>;

/** RPCResponse: `operationResponse` (3) and nothing else. */
function answerIn(frame: Uint8Array, start: number, end: number): Answer | undefined {
  const response = onlyMessage(frame, start, end);
  if (response?.field !== 3) return undefined;
  const operation = onlyMessage(frame, response.start, response.end);
  return operation && detailsOf(frame, operation);
}

interface Inside { readonly field: number; readonly start: number; readonly end: number }

/** The one field of a message, which is a message itself. Undefined when there is none, or more than one. */
function onlyMessage(frame: Uint8Array, start: number, end: number): Inside | undefined {
  const walk = new FieldWalk(frame, start, end);
  if (!walk.next() || walk.wireType !== BYTES) return undefined;
  const inside = { field: walk.field, start: walk.position, end: walk.position + walk.value };
  return inside.end === end ? inside : undefined;
}

function detailsOf(frame: Uint8Array, operation: Inside): Answer | undefined {
  switch (operation.field) {
    case SEARCH:
      return numbered(frame, operation, SEARCH);
    case SYNC: {
      const inside = onlyMessage(frame, operation.start, operation.end);
      if (inside?.field === 1) return numbered(frame, inside, SYNC);
      return plain(SYNC);
    }
    case EVENTS:
    case CHANGES:
      return event(frame, operation);
    default:
      return plain(operation.field);
  }
}

const plain = (operation: number): Answer => ({ operation, sequence: 0, hasItem: false, completed: false });

/** A search's or sync's message: `sequence` (1) and the result or delta (3). */
function numbered(frame: Uint8Array, { start, end }: Inside, operation: number): Answer | undefined {
  const walk = new FieldWalk(frame, start, end);
  let sequence = 0;
  let hasItem = false;
  while (walk.next()) {
    if (walk.isNumber(1)) sequence = walk.value;
    else if (walk.isMessage(3)) hasItem = true;
    walk.skip();
  }
  return walk.failed ? undefined : { operation, sequence, hasItem, completed: false };
}

/** A subscription's message: the event (1) and `completed` (2). */
function event(frame: Uint8Array, { field, start, end }: Inside): Answer | undefined {
  const walk = new FieldWalk(frame, start, end);
  let hasItem = false;
  let completed = false;
  while (walk.next()) {
    if (walk.isMessage(1)) hasItem = true;
    else if (walk.isNumber(2)) completed = walk.value !== 0;
    walk.skip();
  }
  return walk.failed ? undefined : { operation: field, sequence: 0, hasItem, completed };
}
