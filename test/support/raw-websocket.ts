import { readFile } from 'node:fs/promises';
import { WebSocket, type ClientOptions } from 'ws';
import { decodeConnectorInfos, decodeResponse, encodeOperationRequest, facadeKeyOf } from '../../protocol/codec/index.js';
import { decodeFrame, encodeMessage } from '../../protocol/frame.js';
import type { Message } from '../../protocol/message.js';
import type { ConnectorInfo, ConnectorKey, IcfValue, Operation } from '../../protocol/model/index.js';
import type { KeyFiles } from './causeway-world.js';
import { until } from './until.js';

export const SUBPROTOCOL = 'v1.openicf.forgerock.org';

export async function clientKeys(keys: KeyFiles): Promise<ClientOptions> {
  const [ca, cert, key] = await Promise.all([readFile(keys.ca), readFile(keys.certificate), readFile(keys.key)]);
  return { ca, cert, key };
}

/** A WebSocket by hand: sends whatever bytes a test wants, keeps the messages that come. Offers no extension, as a Java peer. */
export class RawWebSocket {
  readonly socket: WebSocket;
  readonly messages: Message[] = [];
  closed: { readonly code: number; readonly reason: string } | undefined;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer) => { this.messages.push(decodeFrame(data)); });
    socket.on('close', (code, reason) => { this.closed = { code, reason: reason.toString() }; });
    socket.on('error', () => undefined);
  }

  static async open(url: string, options: ClientOptions): Promise<RawWebSocket> {
    const socket = new WebSocket(url, [SUBPROTOCOL], { ...options, perMessageDeflate: false });
    const raw = new RawWebSocket(socket);
    await new Promise<void>((resolve, reject) => { socket.once('open', resolve).once('error', reject); });
    return raw;
  }

  /** Resolves when the bytes have left. */
  async send(...frames: (Message | Uint8Array)[]): Promise<void> {
    for (const frame of frames) {
      const bytes = frame instanceof Uint8Array ? frame : encodeMessage(frame);
      await new Promise<void>((resolve, reject) => { this.socket.send(bytes, { binary: true }, (error) => { if (error instanceof Error) reject(error); else resolve(); }); });
    }
  }

  text(text: string): void {
    this.socket.send(text, { binary: false });
  }

  hello(sessionId: string): Promise<void> {
    return this.send({ kind: 'handshakeRequest', id: 0, sessionId, serverType: 'JAVA', features: [] });
  }

  /** Messages of a kind, under an id where one is given. */
  of<K extends Message['kind']>(kind: K, id?: number): Extract<Message, { kind: K }>[] {
    return this.messages.filter((message): message is Extract<Message, { kind: K }> => message.kind === kind && (id === undefined || message.id === id));
  }

  async wait<K extends Message['kind']>(kind: K, id?: number): Promise<Extract<Message, { kind: K }>> {
    await until(() => this.of(kind, id).length > 0 || this.closed !== undefined, `a ${kind}${id === undefined ? '' : ` under ${id}`}`);
    const found = this.of(kind, id).at(-1);
    if (found === undefined) throw new Error(`closed with ${this.closed?.code} ${this.closed?.reason} before a ${kind}; came: ${this.messages.map((message) => message.kind).join(', ')}`);
    return found;
  }

  async waitClosed(): Promise<{ readonly code: number; readonly reason: string }> {
    await until(() => this.closed !== undefined, 'the socket to be closed');
    return this.closed!;
  }

  /** The other end's connectors, asked for under the id. */
  async connectors(id: number): Promise<ConnectorInfo[]> {
    await this.send({ kind: 'controlRequest', id, infoLevels: ['CONNECTOR_INFO'], localRequestIds: [], remoteRequestIds: [id] });
    const { connectorInfos } = await this.wait('controlResponse', id);
    return decodeConnectorInfos(connectorInfos!);
  }

  operate(id: number, connectorKey: ConnectorKey, facadeKey: string, operation: Operation): Promise<void> {
    return this.send(encodeOperationRequest({ id, connectorKey, facadeKey, operation }));
  }

  /** Results and end of a search under the id, once the end is here. */
  async searched(id: number): Promise<{ readonly objects: number; readonly announced: number }> {
    const responses = () => this.of('operationResponse', id).map(({ response }) => decodeResponse('search', response));
    await until(() => responses().some(({ type }) => type === 'end') || this.of('error', id).length > 0, `the end of search ${id}`);
    const [error] = this.of('error', id);
    if (error !== undefined) throw new Error(`search ${id}: ${error.javaClass} ${error.message}`);
    const last = this.of('operationResponse', id).at(-1)?.response.fields.searchOpResponse;
    return { objects: responses().filter(({ type }) => type === 'item').length, announced: last?.sequence ?? 0 };
  }
}

/** The facade key of a connector's default configuration with some values of our own, right or wrong. */
export function facadeKeyWith(info: ConnectorInfo, values: Readonly<Record<string, IcfValue>>, types: Readonly<Record<string, string>> = {}): string {
  const base = info.defaultConfiguration;
  return facadeKeyOf({
    ...base,
    properties: base.properties.map((property) => ({
      ...property, type: types[property.name] ?? property.type, value: Object.hasOwn(values, property.name) ? values[property.name] ?? null : property.value,
    })),
  });
}

