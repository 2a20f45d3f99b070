import { createServer, type Server, type Socket } from 'node:net';
import { ber, berInteger, readElement, type BerElement } from './ber.js';
import { EntryTree, INDEXED, LdapFailure, type TreeEntry } from './entry-tree.js';
import { requiredValue } from './match-filter.js';
import { rootDse, subschema } from './root-dse.js';
import { encodeEntry, matching, pageControl, readPage, readSearch, type SearchArguments } from './search.js';

const INVALID_CREDENTIALS = 49;
const INSUFFICIENT_ACCESS = 50;
const SIZE_LIMIT_EXCEEDED = 4;
const UNWILLING = 53;
const PROTOCOL_ERROR = 2;
const MAX_MESSAGE = 1 << 20;

/** A request is answered by a response of another tag (RFC 4511 section 4). */
const RESPONSE_TAG: Readonly<Record<number, number>> = { 0x60: 0x61, 0x63: 0x65, 0x66: 0x67, 0x68: 0x69, 0x4a: 0x6b, 0x6c: 0x6d, 0x6e: 0x6f, 0x77: 0x78 };

/** A connection: whether it may read and write, and the paged search that stands open on it. */
interface Session {
  bound: boolean;
  paged?: { readonly request: Buffer; readonly offset: number; readonly cursor: Cursor } | undefined;
}

/** What is still to be sent of a search: the next entry, and those behind it. */
interface Cursor { step: IteratorResult<TreeEntry>; readonly rest: Iterator<TreeEntry> }

export interface EmbeddedDirectoryOptions {
  readonly suffix: string;
  readonly adminDn: string;
  readonly adminPassword: string;
}

/**
 * A small LDAPv3 directory in memory, so that the main job has a real target to speak LDAP to on a machine without any
 * server. It takes simple binds, reads, paged searches and writes on loopback; it is no directory for production.
 */
export class EmbeddedDirectory {
  readonly tree = new EntryTree();
  readonly #options: EmbeddedDirectoryOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Requests answered, by kind. */
  readonly counts = { search: 0, add: 0, modify: 0, delete: 0 };

  constructor(options: EmbeddedDirectoryOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /** Listens on loopback; resolves with the port. */
  listen(port = 0): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        const address = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #serve(socket: Socket): void {
    const session: Session = { bound: false };
    let buffered = Buffer.alloc(0);
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      buffered = Buffer.concat([buffered, chunk]);
      try {
        for (let read = readElement(buffered, 0); read !== undefined; read = readElement(buffered, 0)) {
          buffered = buffered.subarray(read.next);
          this.#answer(socket, read.element, session);
        }
        if (buffered.length > MAX_MESSAGE) socket.destroy();
      } catch {
        socket.destroy();
      }
    });
  }

  #answer(socket: Socket, message: BerElement, session: Session): void {
    const id = message.child(0);
    const request = message.child(1);
    const controls = message.children[2];
    const send = (response: Buffer, responseControls?: Buffer): void => {
      socket.write(ber(0x30, ber(0x02, id.content), response, responseControls ?? ''));
    };
    if (request.tag === 0x42) return void socket.end();
    const tag = RESPONSE_TAG[request.tag];
    if (tag === undefined) return;
    try {
      if (request.tag === 0x60) this.#bind(request, session);
      else if (request.tag === 0x63) return this.#search(request, controls, send, session);
      else this.#write(request, session);
      send(result(tag, 0, ''));
    } catch (error) {
      send(error instanceof LdapFailure ? result(tag, error.code, error.message) : result(tag, PROTOCOL_ERROR, String(error)));
    }
  }

  #bind(request: BerElement, session: Session): void {
    session.bound = false;
    const [, name, credentials] = request.children;
    const right = name?.text === this.#options.adminDn && credentials?.tag === 0x80 && credentials.text === this.#options.adminPassword;
    if (!right) throw new LdapFailure(INVALID_CREDENTIALS, 'Wrong name or password.');
    session.bound = true;
  }

  #search(request: BerElement, controls: BerElement | undefined, send: (response: Buffer, controls?: Buffer) => void, session: Session): void {
    this.counts.search += 1;
    const search = readSearch(request);
    const page = readPage(controls);
    const cursor = this.#from(page?.offset ?? 0, request, search, session);
    let sent = 0;
    for (; cursor.step.done !== true; cursor.step = cursor.rest.next()) {
      if (page !== undefined && sent === page.size) {
        session.paged = { request: request.content, offset: page.offset + sent, cursor };
        return send(result(0x65, 0, ''), pageControl(page.offset + sent));
      }
      if (search.sizeLimit > 0 && sent === search.sizeLimit) throw new LdapFailure(SIZE_LIMIT_EXCEEDED, `More than ${search.sizeLimit} entries match.`);
      send(encodeEntry(cursor.step.value, search.attributes));
      sent += 1;
    }
    send(result(0x65, 0, ''), page === undefined ? undefined : pageControl(undefined));
  }

  /** What matches from `offset` on. The next page goes on where the last one on this connection ended; any other is looked up anew. */
  #from(offset: number, request: BerElement, search: SearchArguments, session: Session): Cursor {
    const candidates = this.#candidates(search, session);
    const { paged } = session;
    session.paged = undefined;
    if (paged?.offset === offset && paged.request.equals(request.content)) return paged.cursor;
    const rest = matching(candidates, search.filter);
    let step = rest.next();
    for (let passed = 0; passed < offset && step.done !== true; passed += 1) step = rest.next();
    return { step, rest };
  }

  /** The entries in scope; the root DSE and the schema may be read before a bind. */
  #candidates(search: SearchArguments, session: Session): Iterable<TreeEntry> {
    if (search.base === '') return [rootDse(this.#options.suffix)];
    if (search.base.toLowerCase() === 'cn=subschema') return [subschema()];
    if (!session.bound) throw new LdapFailure(INSUFFICIENT_ACCESS, 'Bind first.');
    const uuid = requiredValue(search.filter, INDEXED);
    return uuid === undefined ? this.tree.inScope(search.base, search.scope) : this.tree.withUuid(search.base, search.scope, uuid);
  }

  #write(request: BerElement, session: Session): void {
    if (!session.bound) throw new LdapFailure(INSUFFICIENT_ACCESS, 'Bind first.');
    const readAttribute = (attribute: BerElement): { name: string; values: string[] } => ({
      name: attribute.child(0).text, values: attribute.child(1).children.map((value) => value.text),
    });
    switch (request.tag) {
      case 0x68:
        this.counts.add += 1;
        return this.tree.add(request.child(0).text, request.child(1).children.map(readAttribute));
      case 0x66:
        this.counts.modify += 1;
        return this.tree.modify(request.child(0).text, request.child(1).children.map((change) => ({ operation: change.child(0).integer, ...readAttribute(change.child(1)) })));
      case 0x4a:
        this.counts.delete += 1;
        return this.tree.remove(request.text);
      case 0x6c:
        return this.tree.rename(request.child(0).text, request.child(1).text, request.children[3]?.text);
      default:
        throw new LdapFailure(UNWILLING, 'The embedded directory does not offer this operation.');
    }
  }
}

function result(tag: number, code: number, message: string): Buffer {
  return ber(tag, berInteger(code, 0x0a), ber(0x04, ''), ber(0x04, message));
}
