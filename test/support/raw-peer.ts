import { readFileSync } from 'node:fs';
import { decodeFrame, encodeMessage } from '../../protocol/frame.js';
import type { Message } from '../../protocol/message.js';
import { settle } from './fake-clock.js';
import type { PairSocket } from './socket-pair.js';

const { frames } = JSON.parse(readFileSync(new URL('../specifications/openicf-vectors.json', import.meta.url), 'utf8')) as {
  frames: { id: string; title: string; hex: string }[];
};

/** The bytes of a frame of the specification, e.g. `V15`. */
export function vector(id: string): Uint8Array {
  const found = frames.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`There is no vector ${id}.`);
  return Buffer.from(found.hex, 'hex');
}

/** A peer by hand on one socket: sends what the test says, keeps what comes. Offers no extension, as a Java peer. */
export class RawPeer {
  readonly socket: PairSocket;
  readonly messages: Message[] = [];
  readonly frames: Uint8Array[] = [];
  closed: { code: number; reason: string } | undefined;

  constructor(socket: PairSocket) {
    this.socket = socket;
    socket.listen({
      onFrame: (frame) => {
        this.frames.push(Buffer.from(frame));
        this.messages.push(decodeFrame(frame));
      },
      onText: () => undefined,
      onPong: () => undefined,
      onClose: (code, reason) => { this.closed = { code, reason }; },
    });
  }

  /** Sends and lets everything run that follows. */
  async send(...messages: (Message | Uint8Array)[]): Promise<void> {
    for (const message of messages) await this.socket.send(message instanceof Uint8Array ? message : encodeMessage(message));
    await settle();
  }

  of<K extends Message['kind']>(kind: K): Extract<Message, { kind: K }>[] {
    return this.messages.filter((message): message is Extract<Message, { kind: K }> => message.kind === kind);
  }

  last<K extends Message['kind']>(kind: K): Extract<Message, { kind: K }> {
    const found = this.of(kind).at(-1);
    if (found === undefined) throw new Error(`No ${kind} has come, only ${this.messages.map((message) => message.kind).join(', ')}.`);
    return found;
  }

  hello(sessionId: string, features: readonly string[] = []): Promise<void> {
    return this.send({ kind: 'handshakeRequest', id: 0, sessionId, serverType: 'JAVA', features });
  }

  helloBack(sessionId: string, features: readonly string[] = [], journalId?: string): Promise<void> {
    return this.send({ kind: 'handshakeResponse', id: 0, sessionId, serverType: 'JAVA', features, journalId });
  }

  /** Answers whatever control requests have come with an empty list. */
  async answerControl(): Promise<void> {
    for (const { id } of this.of('controlRequest')) {
      await this.send(Buffer.concat([Uint8Array.of(8, id), vector('V05').subarray(2)]));
    }
  }
}
