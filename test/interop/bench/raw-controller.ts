import { WebSocket } from 'ws';
import { decodeConnectorInfos, encodeOperationRequest } from '../../../protocol/codec/index.js';
import { decodeFrame, encodeMessage } from '../../../protocol/frame.js';
import type { Message } from '../../../protocol/message.js';
import { IcfArray, IcfFile, OperationOptions, type ConnectorKey, type Operation } from '../../../protocol/model/index.js';
import { SUBPROTOCOL, facadeKeyWith } from '../../support/raw-websocket.js';
import { CSV_CONNECTOR, SHARED_KEY } from './csv-servers.js';
import { WANTED } from './people-csv.js';

/** An end message, an error or an answer is shorter; a person of the file is longer. */
const SHORT = 200;
const SEARCH_OPTIONS = OperationOptions.of({ ATTRS_TO_GET: new IcfArray('String', WANTED) });
const LIMIT_MS = 120_000;
const CONNECT_LIMIT_MS = 1_000;

interface Waiting {
  /** Which message it waits for: a kind of message, under an id where one is given. */
  readonly kind: Message['kind'];
  readonly id: number | undefined;
  readonly resolve: (message: Message) => void;
  readonly reject: (error: Error) => void;
}

/** How a search is read. */
export interface Reading {
  /** Milliseconds until it must be over. */
  readonly limit?: number | undefined;
  /** Told of each result: its message, and how many have come with it. */
  readonly onResult?: ((frame: Buffer, count: number) => void) | undefined;
}

interface Facade {
  readonly connectorKey: ConnectorKey;
  readonly facadeKey: string;
}

let sessions = 0;

/**
 * A controller that does next to nothing: it asks, counts what comes and looks into short messages only. So it shows what a
 * server can send, where the Java driver shows what it can take.
 */
export class RawController {
  readonly #sockets: WebSocket[] = [];
  readonly #session = `bench-${process.pid}-${sessions++}`;
  #waiting: Waiting[] = [];
  #id = 0;
  /** Long messages since a search began; undefined outside one. */
  #results: number | undefined;
  #onResult: Reading['onResult'];

  /** Opens the sockets and shakes hands on each. */
  static async open(port: number, sockets: number): Promise<RawController> {
    const controller = new RawController();
    try {
      for (let i = 0; i < sockets; i++) await controller.#join(port);
      return controller;
    } catch (error) {
      controller.close();
      throw error;
    }
  }

  close(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  /** The CSV connector and a facade key for the file; rejects when the server does not list it. */
  async configure(csvFile: string): Promise<Facade> {
    const id = ++this.#id;
    const answer = this.#wait('controlResponse', id);
    this.#send({ kind: 'controlRequest', id, infoLevels: ['CONNECTOR_INFO'], localRequestIds: [], remoteRequestIds: [id] });
    const { connectorInfos } = await answer as Extract<Message, { kind: 'controlResponse' }>;
    const info = connectorInfos === undefined ? undefined : decodeConnectorInfos(connectorInfos).find(({ key }) => key.connectorName === CSV_CONNECTOR);
    if (info === undefined) throw new Error(`no ${CSV_CONNECTOR} is listed`);
    return { connectorKey: info.key, facadeKey: facadeKeyWith(info, { csvFile: new IcfFile(csvFile), headerUid: 'uid' }) };
  }

  async test(csvFile: string): Promise<void> {
    await this.#operate(await this.configure(csvFile), { kind: 'test' });
  }

  /** Searches everything; gives the number of results that came, the number the end message told, and the milliseconds. */
  async search(csvFile: string, { limit = LIMIT_MS, onResult }: Reading = {}): Promise<{ readonly entries: number; readonly announced: number; readonly milliseconds: number }> {
    const facade = await this.configure(csvFile);
    const startedAt = performance.now();
    this.#results = 0;
    this.#onResult = onResult;
    try {
      const end = await this.#operate(facade, { kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options: SEARCH_OPTIONS }, limit);
      const announced = end.response.fields.searchOpResponse?.sequence ?? 0;
      // By the other socket, the end may come before the last results.
      while (this.#results < announced && performance.now() - startedAt < limit) await new Promise((resolve) => { setImmediate(resolve); });
      return { entries: this.#results, announced, milliseconds: performance.now() - startedAt };
    } finally {
      this.#results = undefined;
      this.#onResult = undefined;
    }
  }

  /** Stops reading: what the other end sends from now on fills the sockets. */
  pause(): void {
    for (const socket of this.#sockets) socket.pause();
  }

  resume(): void {
    for (const socket of this.#sockets) socket.resume();
  }

  async #operate(facade: Facade, operation: Operation, limit = LIMIT_MS): Promise<Extract<Message, { kind: 'operationResponse' }>> {
    const id = ++this.#id;
    const answer = this.#wait('operationResponse', id, limit);
    this.#send(encodeOperationRequest({ id, ...facade, operation }));
    return await answer as Extract<Message, { kind: 'operationResponse' }>;
  }

  async #join(port: number): Promise<void> {
    const headers = { Authorization: `Basic ${Buffer.from(`anonymous:${SHARED_KEY}`).toString('base64')}` };
    const socket = new WebSocket(`ws://127.0.0.1:${port}/openicf`, [SUBPROTOCOL], { perMessageDeflate: false, handshakeTimeout: CONNECT_LIMIT_MS, headers });
    this.#sockets.push(socket);
    socket.on('message', (data: Buffer) => { this.#take(data); });
    socket.on('error', (error) => { this.#fail(error); });
    socket.on('close', () => { this.#fail(new Error('the socket was closed')); });
    await new Promise<void>((resolve, reject) => { socket.once('open', resolve).once('error', reject); });
    const answer = this.#wait('handshakeResponse');
    socket.send(encodeMessage({ kind: 'handshakeRequest', id: 0, sessionId: this.#session, serverType: 'UNKNOWN', features: [] }));
    await answer;
  }

  #send(message: Message | Uint8Array): void {
    this.#sockets[0]?.send(message instanceof Uint8Array ? message : encodeMessage(message), { binary: true });
  }

  #take(data: Buffer): void {
    if (data.length > SHORT && this.#results !== undefined) {
      this.#results++;
      this.#onResult?.(data, this.#results);
      return;
    }
    const message = decodeFrame(data);
    if (message.kind === 'error') return this.#fail(new Error(`${message.javaClass}: ${message.message}`));
    const found = this.#waiting.find(({ kind, id }) => kind === message.kind && (id === undefined || id === message.id));
    if (found === undefined) return;
    this.#waiting = this.#waiting.filter((each) => each !== found);
    found.resolve(message);
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  #wait(kind: Message['kind'], id?: number, limit = LIMIT_MS): Promise<Message> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => { reject(new Error(`no ${kind} came within ${limit} ms`)); }, limit);
      const settled = <T>(then: (value: T) => void) => (value: T): void => {
        clearTimeout(late);
        then(value);
      };
      this.#waiting.push({ kind, id, resolve: settled(resolve), reject: settled(reject) });
    });
  }
}
