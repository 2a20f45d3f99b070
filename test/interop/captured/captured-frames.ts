import { decodeOperation, decodeResponse } from '../../../protocol/codec/index.js';
import { decodeFrame, encodeMessage } from '../../../protocol/frame.js';
import type { Message } from '../../../protocol/message.js';
import type { OperationKind } from '../../../protocol/model/index.js';
import type { Direction, RecordedMessage } from '../support/recording-proxy.js';
import { ROUND_TRIPS, embeddedStreams, type EmbeddedStream } from './embedded-streams.js';
import { isCanonical, scanStream } from './object-stream-scan.js';
import { rebuilt, type Difference } from './rebuilt-frame.js';

/** Outcomes of one kind of thing that was decoded and encoded again. */
export interface Tally {
  seen: number;
  byteEqual: number;
  /** Holds a Set or Map of several entries; byte-equal all the same, since the codec keeps the order it read. */
  notCanonical: number;
}

/** What was found wrong, with the bytes from shortly before the first that differs. */
export interface Mismatch {
  readonly what: string;
  /** Position of the first byte that differs. */
  readonly at: number;
  readonly lengths: readonly [java: number, ours: number];
  readonly java: string;
  readonly ours: string;
}

const SHOWN_MISMATCHES = 20;
const SHOWN_BEFORE = 32;
const SHOWN_AFTER = 64;

/**
 * The frames of one or more recordings, decoded and encoded again: the envelope, each object stream in it, and the whole
 * frame by way of the object model. Bytes that come out otherwise are a mismatch, also where Java could have chosen
 * another order of a Set or Map: the codec keeps the order it reads.
 */
export class CapturedFrames {
  /** Messages sent by Java, by kind, e.g. `request search`. */
  readonly messages = new Map<string, Tally>();
  readonly streams = new Map<string, Tally>();
  /** Types seen in object streams that Java wrote. */
  readonly types = new Map<string, number>();
  readonly differences = new Map<Difference, number>();
  readonly mismatches: Mismatch[] = [];
  mismatchCount = 0;
  readonly #session = new Map<string, string>();
  readonly #asked = new Map<string, OperationKind>();

  /** Reads a recording in the order it was made. `recording` tells several apart; `javaSends` says who is Java. */
  read(recording: string, recorded: readonly RecordedMessage[], javaSends: readonly Direction[]): void {
    for (const { connection, direction, bytes } of recorded) {
      const message = decodeFrame(bytes);
      const peers = this.#peers(`${recording} ${connection}`, message);
      if (message.kind === 'operationRequest' && message.operation.kind !== undefined) this.#asked.set(`${peers} ${direction} ${message.id}`, message.operation.kind);
      const opposite: Direction = direction === 'toServer' ? 'toClient' : 'toServer';
      if (javaSends.includes(direction)) this.judge(message, bytes, this.#asked.get(`${peers} ${opposite} ${message.id}`));
    }
  }

  /** Sockets of one group share message ids; the dialler's session id tells groups apart. */
  #peers(connection: string, message: Message): string {
    if (message.kind === 'handshakeRequest') this.#session.set(connection, message.sessionId);
    return this.#session.get(connection) ?? connection;
  }

  /** One frame that Java sent. `answers`: the operation a response is for. */
  judge(message: Message, bytes: Uint8Array, answers: OperationKind | undefined): void {
    const label = labelOf(message, answers);
    const streams = embeddedStreams(message);
    const canonical = streams.map((stream) => this.#stream(stream, label)).every(Boolean);
    const tally = tallyOf(this.messages, label);
    tally.seen++;
    if (!canonical) tally.notCanonical++;
    const envelope = encodeMessage(message);
    if (Buffer.compare(envelope, bytes) !== 0) return this.#mismatch(`${label}: the envelope`, bytes, envelope);
    const { ours, expected, difference } = rebuilt(message, answers) ?? { ours: envelope, expected: bytes };
    if (difference !== undefined) this.differences.set(difference, (this.differences.get(difference) ?? 0) + 1);
    if (Buffer.compare(ours, expected) === 0) tally.byteEqual++;
    else this.#mismatch(`${label}: the whole frame`, expected, ours);
  }

  /** Checks one object stream; true when it is canonical. */
  #stream({ what, bytes }: EmbeddedStream, label: string): boolean {
    const contents = scanStream(bytes);
    for (const [type, count] of contents.types) this.types.set(type, (this.types.get(type) ?? 0) + count);
    const canonical = isCanonical(contents);
    const tally = tallyOf(this.streams, what);
    tally.seen++;
    if (!canonical) tally.notCanonical++;
    const encoded = ROUND_TRIPS[what](bytes);
    if (Buffer.compare(encoded, bytes) === 0) tally.byteEqual++;
    else this.#mismatch(`${label}: its ${what}`, bytes, encoded);
    return canonical;
  }

  #mismatch(what: string, java: Uint8Array, ours: Uint8Array): void {
    this.mismatchCount++;
    if (this.mismatches.length === SHOWN_MISMATCHES) return;
    let at = 0;
    while (at < java.length && java[at] === ours[at]) at++;
    const part = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(Math.max(0, at - SHOWN_BEFORE), at + SHOWN_AFTER)).toString('hex');
    this.mismatches.push({ what, at, lengths: [java.length, ours.length], java: part(java), ours: part(ours) });
  }

  /** The figures as lines of a table. */
  lines(): string[] {
    const row = ([name, { seen, byteEqual, notCanonical }]: readonly [string, Tally]): string =>
      `${name.padEnd(42)} ${String(seen).padStart(8)} ${String(byteEqual).padStart(11)} ${String(notCanonical).padStart(14)}`;
    const head = (what: string): string => `${what.padEnd(42)}     seen  byte-equal  not canonical`;
    return [
      head('messages sent by Java'), ...sorted(this.messages).map(row), row(['altogether', sum(this.messages)]), '',
      head('object streams in them'), ...sorted(this.streams).map(row), row(['altogether', sum(this.streams)]), '',
      `types in them: ${sorted(this.types).map(([type, count]) => `${type} ${count}`).join(', ')}`,
      ...sorted(this.differences).map(([difference, count]) => `${difference}: ${count} frames`),
    ];
  }
}

function tallyOf(tallies: Map<string, Tally>, name: string): Tally {
  const known = tallies.get(name) ?? { seen: 0, byteEqual: 0, notCanonical: 0 };
  tallies.set(name, known);
  return known;
}

function sum(tallies: ReadonlyMap<string, Tally>): Tally {
  const all = [...tallies.values()];
  const of = (field: keyof Tally): number => all.reduce((total, tally) => total + tally[field], 0);
  return { seen: of('seen'), byteEqual: of('byteEqual'), notCanonical: of('notCanonical') };
}

function sorted<K extends string, V>(map: ReadonlyMap<K, V>): (readonly [K, V])[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** What kind of message it is, as fine as the protocol tells them apart. */
export function labelOf(message: Message, answers: OperationKind | undefined): string {
  if (message.kind === 'operationRequest') {
    const operation = decodeOperation(message.operation);
    return operation.kind === 'update' ? `request update ${operation.updateType}` : `request ${operation.kind}`;
  }
  if (message.kind !== 'operationResponse') return message.kind;
  if (answers === undefined) throw new Error(`a response under the id ${message.id}, which no request has`);
  const decoded = decodeResponse(answers, message.response);
  return decoded.type === 'result' ? `response ${answers}` : `response ${answers} ${decoded.type}`;
}
