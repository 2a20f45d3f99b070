import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';

export type TdsParameter = string | number | boolean | Buffer | null;

/**
 * A stand-in for SQL Server, which cannot be had for tests: it speaks TDS 7.4 as far as the driver needs it (MS-TDS,
 * https://learn.microsoft.com/en-us/openspecs/windows_protocols/ms-tds/) and answers statements as a test tells it to. What a real
 * server makes of the statements it does not show.
 */
export interface TdsStatement {
  readonly text: string;
  /** By name without `@`, of statements with parameters. */
  readonly parameters: Readonly<Record<string, TdsParameter>>;
}

export interface TdsAnswer {
  /** `text` is nvarchar. */
  readonly columns?: readonly (readonly [name: string, type: 'text' | 'int' | 'bit'])[];
  readonly rows?: Iterable<readonly unknown[]>;
  readonly rowCount?: number;
  /** What triggers have changed, told before the statement's own count. */
  readonly triggered?: readonly number[];
  readonly error?: { readonly number: number; readonly message: string };
  /** Answers all but the end, as a statement that takes long does, until it is cancelled. */
  readonly hangs?: boolean;
}

export interface FakeTds {
  readonly port: number;
  /** All that came, transactions as `BEGIN`, `COMMIT` and `ROLLBACK`, cancellations as `ATTENTION`. */
  readonly statements: TdsStatement[];
  answer: (statement: TdsStatement) => TdsAnswer | Promise<TdsAnswer>;
  readonly logins: number;
  /** Statements that have not been answered to their end. */
  readonly answering: number;
  /** Cuts all connections. */
  cut(): void;
  /** Cuts all connections and takes no more, until `resume`. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

const BATCH = 1, RPC = 3, RESPONSE = 4, ATTENTION = 6, TRANSACTION = 14, LOGIN = 16, PRELOGIN = 18;
const PACKET = 4096;

class Bytes {
  readonly #parts: Buffer[] = [];
  u8(...values: number[]): this { this.#parts.push(Buffer.from(values)); return this; }
  u16(value: number): this { const part = Buffer.alloc(2); part.writeUInt16LE(value); this.#parts.push(part); return this; }
  u32(value: number): this { const part = Buffer.alloc(4); part.writeUInt32LE(value >>> 0); this.#parts.push(part); return this; }
  u64(value: number): this { const part = Buffer.alloc(8); part.writeBigUInt64LE(BigInt(value)); this.#parts.push(part); return this; }
  add(part: Buffer): this { this.#parts.push(part); return this; }
  short(text: string): this { return this.u8(text.length).add(Buffer.from(text, 'utf16le')); }
  long(text: string): this { return this.u16(text.length).add(Buffer.from(text, 'utf16le')); }
  get buffer(): Buffer { return Buffer.concat(this.#parts); }
}

function done(token: number, status: number, rows: number): Buffer {
  return new Bytes().u8(token).u16(status).u16(0).u64(rows).buffer;
}
const FINAL = 0x00, MORE = 0x01, COUNTED = 0x10, ERROR = 0x02, CANCELLED = 0x20;

function errorToken(number: number, message: string): Buffer {
  const body = new Bytes().u32(number).u8(1, 16).long(message).short('fake').short('').u32(1).buffer;
  return new Bytes().u8(0xaa).u16(body.length).add(body).buffer;
}

function loginAck(): Buffer {
  const body = new Bytes().u8(1).add(Buffer.from([0x74, 0, 0, 4])).short('Fake SQL Server').add(Buffer.from([16, 0, 0, 0])).buffer;
  return new Bytes().u8(0xad).u16(body.length).add(body).buffer;
}

const COLLATION = Buffer.from([0x09, 0x04, 0xd0, 0x00, 0x34]);

function metadata(columns: NonNullable<TdsAnswer['columns']>): Buffer {
  const bytes = new Bytes().u8(0x81).u16(columns.length);
  for (const [name, type] of columns) {
    bytes.u32(0).u16(1);
    if (type === 'text') bytes.u8(0xe7).u16(8000).add(COLLATION);
    else bytes.u8(type === 'int' ? 0x26 : 0x68, type === 'int' ? 4 : 1);
    bytes.short(name);
  }
  return bytes.buffer;
}

function row(columns: NonNullable<TdsAnswer['columns']>, values: readonly unknown[]): Buffer {
  const bytes = new Bytes().u8(0xd1);
  columns.forEach(([, type], index) => {
    const value = values[index] ?? null;
    if (type === 'text') {
      if (value === null) bytes.u16(0xffff);
      else {
        const text = Buffer.from(value as string, 'utf16le');
        bytes.u16(text.length).add(text);
      }
    } else if (value === null) bytes.u8(0);
    else if (type === 'int') bytes.u8(4).u32(Number(value));
    else bytes.u8(1, value === true ? 1 : 0);
  });
  return bytes.buffer;
}

/** Reads the parameters of sp_executesql: the types the driver sends. */
class Parameters {
  readonly #data: Buffer;
  #at: number;
  constructor(data: Buffer, at: number) { this.#data = data; this.#at = at; }

  get isAtEnd(): boolean { return this.#at >= this.#data.length; }
  #take(length: number): Buffer { this.#at += length; return this.#data.subarray(this.#at - length, this.#at); }

  next(): readonly [name: string, value: TdsParameter] {
    const name = this.#take(this.#take(1)[0]! * 2).toString('utf16le').replace(/^@/, '');
    this.#take(1);
    return [name, this.#value(this.#take(1)[0]!)];
  }

  #value(type: number): TdsParameter {
    if (type === 0xe7 || type === 0xa5) {
      const most = this.#take(2).readUInt16LE();
      if (type === 0xe7) this.#take(5);
      const bytes = most === 0xffff ? this.#chunks() : this.#short();
      return bytes === null || type === 0xa5 ? bytes : bytes.toString('utf16le');
    }
    const most = this.#take(1)[0]!;
    const length = this.#take(1)[0]!;
    if (length === 0) return null;
    const bytes = this.#take(length);
    if (type === 0x26) return bytes.readIntLE(0, length);
    if (type === 0x68) return bytes[0] === 1;
    if (type === 0x6d) return length === 8 ? bytes.readDoubleLE() : bytes.readFloatLE();
    throw new Error(`The fake does not know parameters of type ${type} (${most}).`);
  }

  #short(): Buffer | null {
    const length = this.#take(2).readUInt16LE();
    return length === 0xffff ? null : this.#take(length);
  }

  #chunks(): Buffer | null {
    if (this.#take(8).readBigUInt64LE() === 0xffff_ffff_ffff_ffffn) return null;
    const parts: Buffer[] = [];
    for (let length = this.#take(4).readUInt32LE(); length > 0; length = this.#take(4).readUInt32LE()) parts.push(this.#take(length));
    return Buffer.concat(parts);
  }
}

function statementOf(type: number, data: Buffer): TdsStatement {
  const start = data.readUInt32LE();
  if (type === BATCH) return { text: data.subarray(start).toString('utf16le'), parameters: {} };
  const given = new Parameters(data, start + 6);
  const all: (readonly [string, TdsParameter])[] = [];
  while (!given.isAtEnd) all.push(given.next());
  return { text: String(all[0]?.[1]), parameters: Object.fromEntries(all.slice(2)) };
}

export interface TdsLogin { readonly user: string; readonly password: string }

interface Owner {
  answer: FakeTds['answer'];
  readonly statements: TdsStatement[];
  /** Whether the login is good. */
  noteLogin(login: TdsLogin): boolean;
}

/** MS-TDS 2.2.6.4: offset and length of each text in characters, the password's bits turned and inverted. */
function loginOf(data: Buffer): TdsLogin {
  const part = (at: number): Buffer => data.subarray(data.readUInt16LE(at), data.readUInt16LE(at) + 2 * data.readUInt16LE(at + 2));
  const password = Buffer.from(part(44).map((byte) => {
    const turned = byte ^ 0xa5;
    return ((turned & 0x0f) << 4) | (turned >> 4);
  }));
  return { user: part(40).toString('utf16le'), password: password.toString('utf16le') };
}

class Connection {
  readonly #socket: Socket;
  readonly #owner: Owner;
  #received = Buffer.alloc(0);
  #message: Buffer[] = [];
  isAnswering = false;

  constructor(socket: Socket, owner: Owner) {
    this.#socket = socket;
    this.#owner = owner;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#packets();
    });
  }

  #packets(): void {
    while (this.#received.length >= 8) {
      const length = this.#received.readUInt16BE(2);
      if (this.#received.length < length) return;
      const [type = 0, status = 0] = this.#received;
      this.#message.push(this.#received.subarray(8, length));
      this.#received = this.#received.subarray(length);
      if ((status & 1) === 0) continue;
      const whole = Buffer.concat(this.#message);
      this.#message = [];
      this.#handle(type, whole);
    }
  }

  #send(...tokens: readonly Buffer[]): void {
    this.#write(Buffer.concat(tokens), true);
  }

  #write(data: Buffer, isLast: boolean): void {
    for (let at = 0; at === 0 || at < data.length; at += PACKET - 8) {
      const part = data.subarray(at, at + PACKET - 8);
      const header = Buffer.alloc(8);
      header[0] = RESPONSE;
      header[1] = isLast && at + PACKET - 8 >= data.length ? 1 : 0;
      header.writeUInt16BE(part.length + 8, 2);
      this.#socket.write(Buffer.concat([header, part]));
    }
  }

  #handle(type: number, data: Buffer): void {
    if (type === PRELOGIN) return this.#send(preLogin());
    if (type === LOGIN) {
      const login = loginOf(data);
      return this.#owner.noteLogin(login) ? this.#send(loginAck(), done(0xfd, FINAL, 0)) : this.#send(errorToken(18_456, `Login failed for user '${login.user}'.`), done(0xfd, ERROR, 0));
    }
    if (type === TRANSACTION) return this.#transaction(data);
    if (type === ATTENTION) {
      this.#owner.statements.push({ text: 'ATTENTION', parameters: {} });
      // The answer under way ends; the acknowledgement is a message of its own.
      if (this.isAnswering) this.#send(done(0xfd, ERROR, 0));
      this.isAnswering = false;
      return this.#send(done(0xfd, CANCELLED, 0));
    }
    if (type === BATCH || type === RPC) void this.#answer(type, statementOf(type, data));
  }

  async #answer(type: number, statement: TdsStatement): Promise<void> {
    // What the driver itself sends after the login.
    if (/^set (?:textsize|ansi_|quoted|arithabort|nocount)/i.test(statement.text)) return this.#send(done(0xfd, FINAL, 0));
    this.#owner.statements.push(statement);
    this.isAnswering = true;
    const answer = await this.#owner.answer(statement);
    if (this.#isCancelled()) return;
    this.isAnswering = answer.hangs === true;
    this.#write(answerTokens(answer, type === BATCH ? 0xfd : 0xfe), !this.isAnswering);
  }

  /** While the answer was made. */
  #isCancelled(): boolean {
    return !this.isAnswering;
  }

  #transaction(data: Buffer): void {
    const headers = data.readUInt32LE();
    const kind = data.readUInt16LE(headers);
    const descriptor = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
    const [text, change] = kind === 5 ? ['BEGIN', Buffer.from([8, 8, ...descriptor, 0])] as const : kind === 7 ? ['COMMIT', Buffer.from([9, 0, 8, ...descriptor])] as const : ['ROLLBACK', Buffer.from([10, 0, 8, ...descriptor])] as const;
    this.#owner.statements.push({ text, parameters: kind === 5 ? { isolation: data.readUInt8(headers + 2) } : {} });
    this.#send(new Bytes().u8(0xe3).u16(change.length).add(change).buffer, done(0xfd, FINAL, 0));
  }
}

function answerTokens({ columns, rows = [], rowCount, triggered = [], error, hangs = false }: TdsAnswer, end: number): Buffer {
  if (error !== undefined) return Buffer.concat([errorToken(error.number, error.message), done(end, ERROR, 0)]);
  if (columns === undefined) {
    const counts = triggered.map((count) => done(0xff, COUNTED | MORE, count));
    return Buffer.concat([...counts, done(end, rowCount === undefined ? FINAL : COUNTED, rowCount ?? 0)]);
  }
  const tokens: Buffer[] = [metadata(columns)];
  for (const values of rows) tokens.push(row(columns, values));
  return Buffer.concat(hangs ? tokens : [...tokens, done(end, COUNTED, tokens.length - 1)]);
}

/** Version and "encryption not supported". */
function preLogin(): Buffer {
  return Buffer.from([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 16, 0, 0, 0, 0, 0, 2]);
}

export async function startFakeTds(login?: TdsLogin): Promise<FakeTds> {
  const connections = new Map<Socket, Connection>();
  const fake = {
    statements: [] as TdsStatement[],
    answer: (() => ({})) as FakeTds['answer'],
    logins: 0,
    noteLogin(given: TdsLogin): boolean {
      fake.logins++;
      return login === undefined || (login.user === given.user && login.password === given.password);
    },
    get answering(): number { return [...connections.values()].filter(({ isAnswering }) => isAnswering).length; },
    port: 0,
    cut: () => { for (const socket of connections.keys()) socket.destroy(); },
    pause: async () => {
      fake.cut();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
    resume: async () => {
      const listening = once(server, 'listening');
      server.listen(fake.port, '127.0.0.1');
      await listening;
    },
    stop: () => fake.pause(),
  };
  const server = createServer((socket) => {
    connections.set(socket, new Connection(socket, fake));
    socket.once('close', () => connections.delete(socket));
  });
  await fake.resume();
  const address = server.address();
  fake.port = typeof address === 'object' && address !== null ? address.port : 0;
  return fake;
}
