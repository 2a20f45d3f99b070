import { encodeBatchPart, encodeBookmark, encodeOperationRequest, encodeResultsBatch, encodeStreamItem, facadeKeyOf } from '../../../protocol/codec/index.js';
import { ConnectorError, OperationOptions } from '../../../protocol/model/index.js';
import { encodeMessage } from '../../../protocol/frame.js';
import { OFFERED } from '../../../protocol/session/features.js';
import { FIXED } from '../../../protocol/session/limits.js';
import { settle } from '../../support/fake-clock.js';
import { KEY, account, configuration } from '../../support/fake-facade.js';
import { never, testPeer, type PeerUnderTest } from '../../support/peers.js';
import { socketPair } from '../../support/socket-pair.js';
import { ByteSource } from '../engine/byte-source.js';
import { check, type FuzzTarget } from '../engine/target.js';
import { FRAMES } from './vectors.js';

const HELLO = encodeMessage({ kind: 'handshakeRequest', id: 0, sessionId: 'J', serverType: 'JAVA', features: [] });
const HELLO_OURS = encodeMessage({ kind: 'handshakeRequest', id: 0, sessionId: 'O', serverType: 'UNKNOWN', features: OFFERED });
const MOST_FRAMES = 24;
const MOST_BYTES = 600;

/** Frames as one input: role, then each with its length in two bytes before it. */
function conversation(role: number, frames: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([Uint8Array.of(role), ...frames.flatMap((frame) => [Uint8Array.of(frame.length >> 8, frame.length & 0xff), frame])]);
}

function framesOf(source: ByteSource): Uint8Array[] {
  const frames: Uint8Array[] = [];
  while (!source.isAtEnd && frames.length < MOST_FRAMES) frames.push(source.bytes(MOST_BYTES));
  return frames;
}

const request = (id: number): Uint8Array => encodeOperationRequest({ id, connectorKey: KEY, facadeKey: facadeKeyOf(configuration()), operation: { kind: 'test' } });

function seeds(): Uint8Array[] {
  const short = FRAMES.filter((frame) => frame.length <= MOST_BYTES);
  const groups = Array.from({ length: Math.ceil(short.length / 6) }, (_, index) => short.slice(index * 6, index * 6 + 6));
  const answers = [1, 2, 3].map((sequence) => encodeStreamItem(1, 'search', account(sequence), sequence));
  return [
    ...groups.flatMap((frames) => [conversation(0, frames), conversation(1, frames), conversation(3, frames)]),
    conversation(1, [...answers, ...answers]), conversation(3, answers),
    conversation(11, [encodeResultsBatch(1, 'search', 1, [1, 2, 3].map((n) => encodeBatchPart('search', account(n)))), encodeBookmark(1, 3, 'on'), encodeMessage({ kind: 'answerUnknown', id: 1 })]),
    conversation(2, [
      request(5), encodeMessage({ kind: 'credit', id: 5, credits: 0, resend: true }), encodeMessage({ kind: 'credit', id: 5, credits: -1, received: 2 ** 50, resend: true }),
      encodeMessage({ kind: 'credit', id: 6, credits: 1, received: -7, resend: true }), encodeMessage({ kind: 'credit', id: 0, credits: 0, settled: [5, 6, -1] }), request(5),
    ]),
    conversation(2, [request(5), encodeMessage({ kind: 'cancel', id: 5 }), request(5), encodeMessage({ kind: 'credit', id: 5, credits: 2 ** 31 })]),
  ];
}

/** The peer still does its work after what it was sent, and leaves nothing behind when it is closed. */
async function proveAlive(tested: PeerUnderTest, send: (frame: Uint8Array) => Promise<void>, isClosed: () => boolean): Promise<void> {
  const { peer, clock, log } = tested;
  await clock.advance(FIXED.settleTime);
  await send(request(4_000_001));
  await settle();
  check(isClosed() || peer.groups.length <= FIXED.groups, 'more groups than allowed');
  const closing = peer.close('end');
  await clock.advance(10_000);
  await closing;
  const errors = log.at('error').filter((message) => message !== 'The list of connectors could not be made.');
  check(errors.length === 0, `logged as an error: ${errors[0] ?? ''}`);
  check(clock.sleeping === 0, 'a timer was left behind');
}

/** Whatever a peer of either kind sends, in either role and with an operation under way, breaks nothing. */
export const target: FuzzTarget = {
  name: 'session',
  seeds,
  bounds: { bytes: 8 * 1024, milliseconds: 400, perByte: 4096 },
  async run(input) {
    const source = new ByteSource(input);
    const choice = source.byte();
    const isListener = (choice & 1) === 0;
    const isOurs = (choice & 2) !== 0;
    const tested = testPeer(isListener ? 'listener' : 'dialler', { limits: { handshakeTimeout: 1000, maxConcurrentRequests: 8, maxQueuedRequests: 8 } });
    tested.facade.onPerform = async () => undefined;
    const pair = socketPair();
    const [mine, other] = isListener ? [pair.listener, pair.dialler] : [pair.dialler, pair.listener];
    let isClosed = false;
    other.listen({ onFrame: () => undefined, onText: () => undefined, onPong: () => undefined, onClose: () => { isClosed = true; } });
    const send = (frame: Uint8Array): Promise<void> => other.send(frame).catch(() => undefined);
    const attaching = tested.peer.attach(mine, 'p').catch(() => undefined);
    if ((choice & 4) === 0) await send(helloFor(isListener, isOurs));
    await settle();
    const operation = startOperation(tested, (choice & 8) !== 0);
    for (const frame of framesOf(source)) await send(frame);
    await settle();
    await proveAlive(tested, send, () => isClosed);
    await attaching;
    await operation;
  },
};

function helloFor(isListener: boolean, isOurs: boolean): Uint8Array {
  const hello = isOurs ? HELLO_OURS : HELLO;
  if (isListener) return hello;
  return encodeMessage({ kind: 'handshakeResponse', id: 0, sessionId: isOurs ? 'O' : 'J', serverType: 'JAVA', features: isOurs ? OFFERED : [] });
}

/** An operation the peer waits for, so that answers in the input have something to answer. */
async function startOperation({ peer }: PeerUnderTest, isSearch: boolean): Promise<void> {
  const [group] = peer.groups;
  if (group === undefined) return;
  const facade = group.facade(KEY, facadeKeyOf(configuration()));
  const work = async (): Promise<void> => {
    if (!isSearch) {
      await facade.perform({ kind: 'test' }, { signal: never });
      return;
    }
    const results = facade.stream({ kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options: OperationOptions.none }, { signal: never });
    let step = await results.next();
    while (step.done !== true) step = await results.next();
  };
  return work().catch((error: unknown) => { if (!(error instanceof ConnectorError)) throw error; });
}
