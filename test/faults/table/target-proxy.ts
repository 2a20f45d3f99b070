import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * How the directory is reached. `busy` (51) and `unavailable` (52): requests are answered so and never reach it.
 * `answers lost`: requests reach it, no answer comes back.
 */
export type TargetMood = 'fair' | 'busy' | 'unavailable' | 'answers lost';

const RESULT_CODES = { busy: 51, unavailable: 52 } as const;
/** RFC 4511 section 4.2: of a request, and of the response that ends it. Unbind and abandon have none. */
const RESPONSE_OF: ReadonlyMap<number, number> = new Map([[0x60, 0x61], [0x63, 0x65], [0x66, 0x67], [0x68, 0x69], [0x4A, 0x6B], [0x6C, 0x6D], [0x6E, 0x6F], [0x77, 0x78]]);
const SEQUENCE = 0x30;

/** A proxy between connector and directory that knows just enough LDAP to answer in the directory's place. */
export class TargetProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #links = new Set<Link>();
  #mood: TargetMood = 'fair';

  private constructor(server: Server, target: { readonly host: string; readonly port: number }) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (near) => {
      const link = new Link(near, connect(target), this.#mood);
      this.#links.add(link);
      near.once('close', () => this.#links.delete(link));
    });
  }

  static async start(target: { readonly host: string; readonly port: number }): Promise<TargetProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TargetProxy(server, target);
  }

  feel(mood: TargetMood): void {
    this.#mood = mood;
    for (const link of this.#links) link.mood = mood;
  }

  cut(): void {
    for (const link of this.#links) link.cut();
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cut();
    await closed;
  }
}

class Link {
  mood: TargetMood;
  readonly #near: Socket;
  readonly #far: Socket;
  #pending: Buffer = Buffer.alloc(0);

  constructor(near: Socket, far: Socket, mood: TargetMood) {
    this.#near = near;
    this.#far = far;
    this.mood = mood;
    for (const [one, other] of [[near, far], [far, near]] as const) {
      one.setNoDelay(true);
      one.on('error', () => other.destroy());
      one.once('close', () => other.destroy());
    }
    near.on('data', (bytes: Buffer) => { this.#take(bytes); });
    near.once('end', () => far.end());
    far.on('data', (bytes: Buffer) => {
      if (this.mood === 'answers lost') return;
      if (!near.write(bytes)) {
        far.pause();
        near.once('drain', () => far.resume());
      }
    });
    far.once('end', () => near.end());
  }

  cut(): void {
    this.#near.destroy();
    this.#far.destroy();
  }

  #take(bytes: Buffer): void {
    this.#pending = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    for (let message = messageAt(this.#pending); message !== undefined; message = messageAt(this.#pending)) {
      const whole = this.#pending.subarray(0, message.length);
      this.#pending = this.#pending.subarray(message.length);
      const response = this.mood === 'busy' || this.mood === 'unavailable' ? RESPONSE_OF.get(message.operation) : undefined;
      if (response === undefined) this.#far.write(whole);
      else this.#near.write(answer(message.id, response, RESULT_CODES[this.mood as 'busy' | 'unavailable'], `the directory is ${this.mood} (fault of the test)`));
    }
  }
}

interface LdapMessage {
  /** Bytes, all of it. */
  readonly length: number;
  /** The INTEGER as it is written, tag and length included. */
  readonly id: Buffer;
  readonly operation: number;
}

/** Undefined: not all of it is there yet. */
function messageAt(bytes: Buffer): LdapMessage | undefined {
  const outer = headerAt(bytes, 0);
  if (outer === undefined || bytes.length < outer.content + outer.length) return undefined;
  if (bytes[0] !== SEQUENCE) throw new Error(`no LDAP message: it begins with ${bytes[0]}`);
  const id = headerAt(bytes, outer.content);
  if (id === undefined) return undefined;
  const end = id.content + id.length;
  return { length: outer.content + outer.length, id: bytes.subarray(outer.content, end), operation: bytes[end] ?? 0 };
}

/** Where the content of the element at `at` begins, and how long it is. */
function headerAt(bytes: Buffer, at: number): { readonly content: number; readonly length: number } | undefined {
  const first = bytes[at + 1];
  if (first === undefined) return undefined;
  if (first < 0x80) return { content: at + 2, length: first };
  const count = first & 0x7F;
  if (bytes.length < at + 2 + count) return undefined;
  return { content: at + 2 + count, length: bytes.readUIntBE(at + 2, count) };
}

/** LDAPResult: resultCode, matchedDN, diagnosticMessage. Everything is shorter than 128 bytes. */
function answer(id: Buffer, operation: number, code: number, text: string): Buffer {
  const result = Buffer.concat([Buffer.from([0x0A, 1, code, 0x04, 0, 0x04, text.length]), Buffer.from(text, 'latin1')]);
  const content = Buffer.concat([id, Buffer.from([operation, result.length]), result]);
  return Buffer.concat([Buffer.from([SEQUENCE, content.length]), content]);
}
