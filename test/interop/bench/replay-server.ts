import { createHash } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { encodeConnectorInfos, encodeStreamEnd, encodeStreamItem } from '../../../protocol/codec/index.js';
import { decodeFrame, encodeMessage } from '../../../protocol/frame.js';
import type { Message } from '../../../protocol/message.js';
import { Attribute, ConnectorObject, DEFAULT_POOL, DEFAULT_RESULTS_HANDLER, Name, Uid, type ConnectorInfo } from '../../../protocol/model/index.js';
import { SUBPROTOCOL } from '../../support/raw-websocket.js';
import { WebSocketTap } from '../support/websocket-tap.js';
import { WANTED } from './people-csv.js';

export const REPLAY_CONNECTOR = 'io.causeway.interop.Replay';

/** RFC 6455, section 1.3. */
const HANDSHAKE_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** In release 2.0.1 what follows a handshake closely may overtake it, and is then refused. */
const SETTLING_MS = 200;
/** Ids up to this take one byte, which is what the frames are made for. */
const MAX_ID = 127;

const INFO: ConnectorInfo = {
  key: { bundleName: 'io.causeway.interop', bundleVersion: '1.0', connectorName: REPLAY_CONNECTOR }, displayNameKey: 'replay', categoryKey: null, messages: new Map(),
  defaultConfiguration: {
    producerBufferSize: 100, connectorPoolingSupported: false, pool: DEFAULT_POOL, resultsHandler: DEFAULT_RESULTS_HANDLER, properties: [], timeouts: new Map(),
    supportedOperations: new Set(['SearchApiOp', 'GetApiOp', 'ValidateApiOp']),
  },
};

function framed(message: Uint8Array): Buffer {
  const { length } = message;
  const header = length < 126 ? Buffer.from([0x82, length]) : length < 65_536 ? Buffer.from([0x82, 126, length >> 8, length & 255]) : Buffer.alloc(10, 0);
  if (length >= 65_536) {
    header.set([0x82, 127]);
    header.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([header, message]);
}

/** The answer to a search as the bytes for one socket. The id of the request is put in before they are sent. */
class PreparedAnswer {
  readonly bytes: Buffer;
  readonly #ids: readonly number[];

  constructor(messages: Iterable<Uint8Array>) {
    const frames: Buffer[] = [];
    const ids: number[] = [];
    let length = 0;
    for (const message of messages) {
      const frame = framed(message);
      frames.push(frame);
      ids.push(length + frame.length - message.length + 1); // after the tag of the first field
      length += frame.length;
    }
    this.bytes = Buffer.concat(frames);
    this.#ids = ids;
  }

  for(id: number): Buffer {
    if (id > MAX_ID) throw new Error(`The replaying server answers requests with ids up to ${MAX_ID}; this one has ${id}.`);
    for (const at of this.#ids) this.bytes[at] = id;
    return this.bytes;
  }
}

function* results(rows: number): Generator<Uint8Array> {
  for (let number = 0; number < rows; number++) {
    const uid = `user${String(number).padStart(6, '0')}`;
    const attributes = WANTED.map((column) => Attribute.of(column, `${column} of ${number}`));
    yield encodeStreamItem(1, 'search', new ConnectorObject('__ACCOUNT__', [new Uid(uid), new Name(uid), ...attributes]), number + 1);
  }
  yield* encodeStreamEnd(1, 'search', undefined, rows);
}

/**
 * A server that answers every search with the same results, encoded beforehand, as fast as the sockets take them: what the
 * Java driver can take at most. With `spread` the results of one search alternate between all sockets of the driver.
 */
export class ReplayServer {
  readonly #server: Server;
  readonly #sockets: Socket[] = [];
  readonly #whole: PreparedAnswer;
  readonly #halves: readonly PreparedAnswer[];
  spread = false;
  /** The first thing that went wrong. */
  failure: Error | undefined;

  private constructor(rows: number) {
    const messages = [...results(rows)];
    this.#whole = new PreparedAnswer(messages);
    this.#halves = [0, 1].map((half) => new PreparedAnswer(messages.filter((_, i) => i % 2 === half)));
    this.#server = createServer({ noDelay: true }, (socket) => { this.#accept(socket); });
  }

  static async start(rows: number): Promise<ReplayServer> {
    const replay = new ReplayServer(rows);
    await new Promise<void>((resolve) => { replay.#server.listen(0, '127.0.0.1', resolve); });
    return replay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Bytes of the answer to one search. */
  get answerBytes(): number {
    return this.#whole.bytes.length;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => { this.#server.close(() => { resolve(); }); });
  }

  #accept(socket: Socket): void {
    this.#sockets.push(socket);
    socket.on('error', () => undefined).once('close', () => { this.#sockets.splice(this.#sockets.indexOf(socket), 1); });
    const tap = new WebSocketTap('request', {
      message: (payload) => { if (payload !== undefined) this.#guarded(() => { this.#answer(socket, decodeFrame(payload)); }); },
      problem: (what) => { this.failure ??= new Error(what); },
    });
    let head = '';
    socket.on('data', (chunk) => {
      if (!head.includes('\r\n\r\n')) {
        head += chunk.toString('latin1');
        if (head.includes('\r\n\r\n')) socket.write(upgrade(head));
      }
      tap.take(chunk);
    });
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.failure ??= error instanceof Error ? error : new Error(String(error));
    }
  }

  #answer(socket: Socket, message: Message): void {
    const send = (answer: Message): void => { socket.write(framed(encodeMessage(answer))); };
    if (message.kind === 'handshakeRequest') send({ kind: 'handshakeResponse', id: message.id, sessionId: 'replay', serverType: 'UNKNOWN', features: [] });
    else if (message.kind === 'controlRequest') setTimeout(send, SETTLING_MS, { kind: 'controlResponse', id: message.id, connectorInfos: encodeConnectorInfos([INFO]) });
    else if (message.kind === 'operationRequest' && message.operation.kind === 'search') this.#search(socket, message.id);
    else if (message.kind !== 'controlResponse') throw new Error(`The replaying server cannot answer a ${message.kind}${message.kind === 'error' ? `: ${message.message}` : ''}.`);
  }

  #search(socket: Socket, id: number): void {
    const [first, second] = this.#sockets;
    if (this.spread && (first === undefined || second === undefined)) throw new Error('The driver has a single socket.');
    if (!this.spread) socket.write(this.#whole.for(id));
    else for (const [i, half] of this.#halves.entries()) this.#sockets[i]?.write(half.for(id));
  }
}

function upgrade(head: string): string {
  const key = /^sec-websocket-key:\s*(\S+)/im.exec(head)?.[1] ?? '';
  const accept = createHash('sha1').update(key + HANDSHAKE_GUID).digest('base64');
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: ${SUBPROTOCOL}\r\n\r\n`;
}
