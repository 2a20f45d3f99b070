/** Fields of OperationResponse whose messages say something about the whole answer (protocol section 4.2). */
const EVENTS = 3;
const SEARCH = 10;
const SYNC = 11;
const CHANGES = 12;
/** Our own fields of a search's or sync's message. */
const BATCHED = 1001;
const BOOKMARK = 1002;

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
  /** It carries a result, a delta or an event, or several results. */
  readonly hasItem: boolean;
  /** Results of a message made for many, of which `sequence` is the first (feature `results-batch`); 0 for all others. */
  readonly batched: number;
  /** It says where the search can be gone on with (feature `bookmark`); neither a result nor the end. */
  readonly isBookmark: boolean;
  /** A subscription ends with it. */
  readonly completed: boolean;
}

const NOTHING: Uint8Array = new Uint8Array();

/** Walks over the fields of a protobuf message. Whatever is wrong or unusual shows as `failed`. */
class FieldWalk {
  #bytes = NOTHING;
  #end = 0;
  position = 0;
  failed = false;
  /** Of the field that was read last. */
  field = 0;
  wireType = 0;
  /** A varint's value, or the length of bytes. */
  value = 0;

  begin(bytes: Uint8Array, start: number, end: number): this {
    this.#bytes = bytes;
    this.position = start;
    this.#end = end;
    this.failed = false;
    return this;
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

  /** Goes into the one field there is, which has to be a message. False when there is none, or more. */
  enterOnly(): boolean {
    return this.next() && this.wireType === BYTES && this.position + this.value === this.#end;
  }

  isMessage(field: number): boolean {
    return this.field === field && this.wireType === BYTES;
  }

  isNumber(field: number): boolean {
    return this.field === field && this.wireType === VARINT;
  }

  #varint(): number {
    const first = this.#bytes[this.position] ?? 0;
    if (first < 0x80 && this.position < this.#end) {
      this.position++;
      return first;
    }
    return this.#longVarint();
  }

  #longVarint(): number {
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

// One each for the whole process: a hundred thousand results a second are not the time to make and collect objects.
const outer = new FieldWalk();
const inner = new FieldWalk();

/** Where the id of any message stands. Undefined for a frame that is broken, or names its id twice. */
export function messageIdPlace(frame: Uint8Array): MessageIdPlace | undefined {
  const walk = outer.begin(frame, 0, frame.length);
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
  const walk = outer.begin(frame, 0, frame.length);
  const outline = { id: 0, start: 0, end: 0, operation: 0, sequence: 0, hasItem: false, batched: 0, isBookmark: false, completed: false };
  for (let start = 0; walk.next(); start = walk.position) {
    if (walk.isNumber(1)) {
      if (outline.end > 0) return undefined;
      outline.id = walk.value;
      outline.start = start;
      outline.end = walk.position;
    } else if (walk.isMessage(3)) {
      if (outline.operation > 0 || !readAnswer(frame, walk.position, walk.position + walk.value, outline)) return undefined;
    } else if (walk.field === 2) {
      return undefined;                                  // a request
    }
    walk.skip();
  }
  return walk.failed || outline.operation === 0 ? undefined : outline;
}

type Writable = { -readonly [K in keyof ResponseOutline]: ResponseOutline[K] };

/** RPCResponse: `operationResponse` (3) and nothing else, and in it one operation. False for anything else. */
function readAnswer(frame: Uint8Array, start: number, end: number, outline: Writable): boolean {
  const walk = inner.begin(frame, start, end);
  if (!walk.enterOnly() || !walk.isMessage(3) || !walk.enterOnly()) return false;
  outline.operation = walk.field;
  switch (outline.operation) {
    case SEARCH:
      return readNumbered(walk.begin(frame, walk.position, end), outline);
    case SYNC:
      if (walk.position === end) return true;
      // Beside another field the changes would be read by the decoder and overlooked here.
      if (!walk.begin(frame, walk.position, end).enterOnly()) return false;
      return !walk.isMessage(1) || readNumbered(walk.begin(frame, walk.position, end), outline);
    case EVENTS:
    case CHANGES:
      return readEvent(walk.begin(frame, walk.position, end), outline);
    default:
      return true;
  }
}

/** A search's or sync's message: `sequence` (1) and the result or delta (3), or one of our own forms. */
function readNumbered(walk: FieldWalk, outline: Writable): boolean {
  while (walk.next()) {
    if (walk.isNumber(1)) outline.sequence = walk.value;
    else if (walk.isMessage(3)) outline.hasItem = true;
    else if (walk.isMessage(BATCHED)) outline.batched++;
    else if (walk.isMessage(BOOKMARK)) outline.isBookmark = walk.value > 0;
    walk.skip();
  }
  if (outline.batched > 0) outline.hasItem = true;
  return !walk.failed;
}

/** A subscription's message: the event (1) and `completed` (2). */
function readEvent(walk: FieldWalk, outline: Writable): boolean {
  while (walk.next()) {
    if (walk.isMessage(1)) outline.hasItem = true;
    else if (walk.isNumber(2)) outline.completed = walk.value !== 0;
    walk.skip();
  }
  return !walk.failed;
}
