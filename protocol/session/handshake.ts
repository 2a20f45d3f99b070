import { ConnectorError } from '../model/index.js';
import { encodeError } from '../codec/index.js';
import { encodeMessage } from '../frame.js';
import { PROTOCOL_ERRORS, type HandshakeRequest, type HandshakeResponse, type Message } from '../message.js';
import { OFFERED } from './features.js';
import { FIXED } from './limits.js';
import type { SocketLink } from './socket-link.js';

export interface PeerHello {
  readonly sessionId: string;
  readonly features: readonly string[];
  readonly journalId?: string | undefined;
  readonly hostId?: string | undefined;
}

interface HandshakeParts {
  readonly role: 'dialler' | 'listener';
  /** The id we go by towards this peer; as a dialler we speak before we know it. */
  ownSessionId(peerSessionId: string | undefined): string;
  /** Of our own writes; see OutcomeSource. */
  readonly journalId?: string | undefined;
  /** The machine we run on; said by a dialler. */
  readonly hostId?: string | undefined;
  /** Called once, in the same turn as the message that completed the handshake, so that nothing overtakes it. */
  onAgreed(hello: PeerHello): void;
}

/** The first exchange on one socket, and whatever of it comes again later (protocol section 2.1). */
export class Handshake {
  readonly #link: SocketLink;
  readonly #parts: HandshakeParts;
  #agreed = false;
  #answeredAs: string | undefined;
  #refusals = 0;

  constructor(link: SocketLink, parts: HandshakeParts) {
    this.#link = link;
    this.#parts = parts;
  }

  /** A dialler speaks first, on every socket (hazard 7). */
  start(): void {
    if (this.#parts.role !== 'dialler') return;
    const { hostId, journalId } = this.#parts;
    this.#link.reply(encodeMessage({ ...handshakeMessage('handshakeRequest', 0, this.#parts.ownSessionId(undefined), journalId), ...(hostId === undefined ? {} : { hostId }) }));
  }

  /** True when the message belongs to the handshake or may not pass before it. */
  handles(message: Message): boolean {
    if (message.kind === 'handshakeRequest') this.#onRequest(message.id, message);
    else if (message.kind === 'handshakeResponse') this.#onResponse(message);
    else if (!this.#agreed) this.#refuse(message);
    else return false;
    return true;
  }

  #onRequest(id: number, hello: PeerHello): void {
    if (this.#parts.role === 'dialler') {
      this.#link.complain('Ignored a handshake request from a listener.');
      return;
    }
    // A second request is answered as the first and changes nothing, whatever it says (protocol section 2.3).
    this.#answeredAs ??= this.#parts.ownSessionId(hello.sessionId);
    this.#link.reply(encodeMessage(handshakeMessage('handshakeResponse', id, this.#answeredAs, this.#parts.journalId)));
    this.#agree(hello);
  }

  #onResponse(hello: PeerHello): void {
    if (this.#parts.role === 'listener') this.#link.complain('Ignored a handshake response from a dialler.');
    else if (this.#agreed) this.#link.complain('Ignored a second handshake response.');
    else this.#agree(hello);
  }

  #agree(hello: PeerHello): void {
    if (this.#agreed) return;
    this.#agreed = true;
    this.#parts.onAgreed(hello);
  }

  #refuse(message: Message): void {
    if (message.kind === 'error') return;
    this.#link.complain('The peer sent a message before its handshake.', { kind: message.kind });
    const isResponse = message.kind === 'operationResponse' || message.kind === 'controlResponse' || message.kind === 'unknownResponse';
    this.#link.reply(encodeError(message.id, new ConnectorError('connector', isResponse ? PROTOCOL_ERRORS.responseBeforeHandshake : PROTOCOL_ERRORS.requestBeforeHandshake)));
    if (++this.#refusals >= FIXED.refusalsBeforeHandshake) this.#link.close(1002, 'no handshake');
  }
}

/** `JAVA` because some peers look at the type; no key is sent, nobody reads it (protocol section 2.2). */
function handshakeMessage(kind: 'handshakeRequest' | 'handshakeResponse', id: number, sessionId: string, journalId: string | undefined): HandshakeRequest | HandshakeResponse {
  return { kind, id, sessionId, serverType: 'JAVA', features: OFFERED, journalId };
}
