import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { BerReader, BerWriter } from 'ldapts';

/** One request as the fake sees it. */
export interface FakeRequest {
  readonly id: number;
  readonly operation: number;
  /** DN of a bind, search base, or entry; '' where there is none. */
  readonly dn: string;
  /** Password of a simple bind. */
  readonly password: string | undefined;
  /** Value of the paged results control's cookie, if the request has the control. */
  readonly cookie: Buffer | undefined;
  readonly controls: readonly string[];
  /** Enumerated and integer parts of a search: scope, derefAliases, sizeLimit, timeLimit. */
  readonly search: { readonly scope: number; readonly derefAliases: number; readonly sizeLimit: number; readonly timeLimit: number } | undefined;
  readonly socket: Socket;
}

export const OP = { bind: 0x60, unbind: 0x42, search: 0x63, modify: 0x66, add: 0x68, delete: 0x4a, rename: 0x6c, abandon: 0x50, extended: 0x77 } as const;
const RESPONSE_OF: Readonly<Record<number, number>> = { [OP.bind]: 0x61, [OP.search]: 0x65, [OP.modify]: 0x67, [OP.add]: 0x69, [OP.delete]: 0x6b, [OP.rename]: 0x6d, [OP.extended]: 0x78 };
const PAGED = '1.2.840.113556.1.4.319';

function message(id: number, write: (writer: BerWriter) => void): Buffer {
  const writer = new BerWriter({ size: 1 << 16 });
  writer.startSequence();
  writer.writeInt(id);
  write(writer);
  writer.endSequence();
  return Buffer.from(writer.buffer);
}

export interface DoneOptions { readonly code?: number; readonly text?: string; readonly referrals?: readonly string[]; readonly cookie?: string }

/** The final response to a request; a cookie makes it carry the paged results control. */
export function done(request: Pick<FakeRequest, 'id' | 'operation'>, { code = 0, text = '', referrals, cookie }: DoneOptions = {}): Buffer {
  return message(request.id, (writer) => {
    writer.startSequence(RESPONSE_OF[request.operation]);
    writer.writeEnumeration(code);
    writer.writeString('');
    writer.writeString(text);
    if (referrals !== undefined) {
      writer.startSequence(0xa3);
      for (const url of referrals) writer.writeString(url);
      writer.endSequence();
    }
    writer.endSequence();
    if (cookie === undefined) return;
    const value = new BerWriter();
    value.startSequence();
    value.writeInt(0);
    value.writeString(cookie);
    value.endSequence();
    writer.startSequence(0xa0);
    writer.startSequence();
    writer.writeString(PAGED);
    writer.writeBuffer(value.buffer, 0x04);
    writer.endSequence();
    writer.endSequence();
  });
}

export function entry(request: Pick<FakeRequest, 'id'>, dn: string, attributes: Readonly<Record<string, readonly (string | Buffer)[]>> = {}): Buffer {
  return message(request.id, (writer) => {
    writer.startSequence(0x64);
    writer.writeString(dn);
    writer.startSequence();
    for (const [name, values] of Object.entries(attributes)) {
      writer.startSequence();
      writer.writeString(name);
      writer.startSequence(0x31);
      for (const value of values) {
        if (typeof value === 'string') writer.writeString(value);
        else writer.writeBuffer(value, 0x04);
      }
      writer.endSequence();
      writer.endSequence();
    }
    writer.endSequence();
    writer.endSequence();
  });
}

export function reference(request: Pick<FakeRequest, 'id'>, ...urls: string[]): Buffer {
  return message(request.id, (writer) => {
    writer.startSequence(0x73);
    for (const url of urls) writer.writeString(url);
    writer.endSequence();
  });
}

/** An intermediate response (RFC 4511 section 4.13). */
export function intermediate(request: Pick<FakeRequest, 'id'>): Buffer {
  return message(request.id, (writer) => {
    writer.startSequence(0x79);
    writer.writeString('1.2.3.4', 0x80);
    writer.endSequence();
  });
}

/** The unsolicited notice of disconnection (RFC 4511 section 4.4.1). */
export function disconnection(text: string): Buffer {
  return message(0, (writer) => {
    writer.startSequence(0x78);
    writer.writeEnumeration(52);
    writer.writeString('');
    writer.writeString(text);
    writer.writeString('1.3.6.1.4.1.1466.20036', 0x8a);
    writer.endSequence();
  });
}

const WITHOUT_DN: ReadonlySet<number> = new Set([OP.extended, OP.abandon, OP.unbind]);

interface Operation { readonly dn: string; readonly password: string | undefined; readonly search: FakeRequest['search'] }

function parseOperation(reader: BerReader, operation: number): Operation {
  if (operation === OP.delete) return { dn: reader.readString(OP.delete)!, password: undefined, search: undefined };
  reader.readSequence(operation);
  const end = reader.offset + reader.length;
  if (operation === OP.bind) reader.readInt();
  const dn = WITHOUT_DN.has(operation) ? '' : reader.readString()!;
  const password = operation === OP.bind && reader.peek() === 0x80 ? reader.readString(0x80)! : undefined;
  const search = operation === OP.search ? { scope: reader.readEnumeration()!, derefAliases: reader.readEnumeration()!, sizeLimit: reader.readInt()!, timeLimit: reader.readInt()! } : undefined;
  reader.offset = end;
  return { dn, password, search };
}

function parseControls(reader: BerReader): Pick<FakeRequest, 'controls' | 'cookie'> {
  const controls: string[] = [];
  let cookie: Buffer | undefined;
  if (reader.remain === 0 || reader.peek() !== 0xa0) return { controls, cookie };
  reader.readSequence(0xa0);
  const end = reader.offset + reader.length;
  while (reader.offset < end) {
    reader.readSequence();
    const controlEnd = reader.offset + reader.length;
    const oid = reader.readString()!;
    controls.push(oid);
    if (reader.peek() === 0x01) reader.readBoolean();
    if (oid === PAGED) {
      const value = new BerReader(reader.readString(0x04, true)!);
      value.readSequence();
      value.readInt();
      cookie = Buffer.from(value.readString(0x04, true)!);
    }
    reader.offset = controlEnd;
  }
  return { controls, cookie };
}

function parse(bytes: Buffer, socket: Socket): FakeRequest {
  const reader = new BerReader(bytes);
  reader.readSequence();
  const id = reader.readInt()!;
  const operation = reader.peek()!;
  return { id, operation, ...parseOperation(reader, operation), ...parseControls(reader), socket };
}

/** Answers bytes to send, or nothing. Binds succeed and the root DSE is there unless the script says otherwise. */
export type Script = (request: FakeRequest) => Buffer | readonly Buffer[] | undefined;

export interface FakeLdap {
  readonly port: number;
  readonly requests: FakeRequest[];
  readonly sockets: Set<Socket>;
  stop(): Promise<void>;
}

/** A server of scripted answers, for what a real one does not do on demand. */
export async function startFakeLdap(script: Script): Promise<FakeLdap> {
  const requests: FakeRequest[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    let held = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      held = Buffer.concat([held, chunk]);
      for (;;) {
        const reader = new BerReader(held);
        if (held.length < 2 || reader.readSequence() === null || reader.length > held.length - reader.offset) return;
        const size = reader.offset + reader.length;
        const request = parse(Buffer.from(held.subarray(0, size)), socket);
        held = held.subarray(size);
        requests.push(request);
        const answer = script(request) ?? (request.operation === OP.bind ? done(request) : undefined);
        for (const bytes of answer === undefined ? [] : Buffer.isBuffer(answer) ? [answer] : answer) socket.write(bytes);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as { port: number }).port, requests, sockets,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
