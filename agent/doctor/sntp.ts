/**
 * The packets of the Simple Network Time Protocol, version 4: RFC 4330 (sections 3 to 5 and 8) and RFC 5905 (sections 7.3, 7.4
 * and 14). Times are milliseconds since 1970-01-01T00:00Z, with a fraction.
 */

/** Of a packet without extension fields and signature, bytes. */
const LEAST_LENGTH = 48;
export const NONCE_LENGTH = 8;

/** Places in the packet, bytes from its start (RFC 5905 figure 8). */
const AT = { stratum: 1, rootDelay: 4, rootDispersion: 8, reference: 12, origin: 24, receive: 32, transmit: 40 } as const;

const VERSION = 4;
const CLIENT = 3;
const SERVER = 4;
/** The leap indicator of a server whose own clock is not set. */
const UNSYNCHRONISED = 3;
const WORST_STRATUM = 15;
/** What the way up to a reference clock may add up to (MAXDISP of RFC 5905), milliseconds. */
const MOST_DISTANCE_MS = 16_000;

const SECONDS_1900_TO_1970 = 2_208_988_800;
const ERA_SECONDS = 2 ** 32;
/** Seconds with the first bit set are of era 0 (1968 to 2036), those without of era 1 (2036 to 2104): RFC 4330 section 3. */
const FIRST_BIT = 2 ** 31;

/** What a packet says that came to our socket. */
export type SntpAnswer =
  /** `received`: when the server got the question (T2); `sent`: when it answered (T3). */
  | { readonly kind: 'time'; readonly received: number; readonly sent: number; readonly stratum: number }
  /** A kiss-o'-death: the server does not want to be asked. `code`: four letters, such as RATE. */
  | { readonly kind: 'kiss'; readonly code: string }
  /** It answers our question, and its time is worth nothing. */
  | { readonly kind: 'untrusted'; readonly why: string }
  /** It is no answer to our question: somebody else sent it, or it is an old one. */
  | { readonly kind: 'foreign'; readonly why: string };

/**
 * A client's question. `nonce` ({@link NONCE_LENGTH} unguessable bytes) stands where the client's time would: a server only
 * gives it back, so whoever cannot see the question cannot answer it, and this machine does not tell its clock
 * (draft-ietf-ntp-data-minimization).
 */
export function sntpRequest(nonce: Uint8Array): Buffer {
  if (nonce.length !== NONCE_LENGTH) throw new RangeError(`A nonce has ${NONCE_LENGTH} bytes, not ${nonce.length}.`);
  const packet = Buffer.alloc(LEAST_LENGTH);
  packet[0] = VERSION << 3 | CLIENT;
  packet.set(nonce, AT.transmit);
  return packet;
}

/** Reads whatever came. Never throws. The checks are those of RFC 4330 section 5, and the distance of RFC 5905. */
export function readSntpAnswer(packet: Buffer, nonce: Uint8Array): SntpAnswer {
  if (packet.length < LEAST_LENGTH) return { kind: 'foreign', why: `a packet of ${packet.length} bytes came, which is too short for NTP` };
  if (!packet.subarray(AT.origin, AT.origin + NONCE_LENGTH).equals(nonce)) return { kind: 'foreign', why: 'an answer came that belongs to another question' };
  const [leap, version, mode] = [packet.readUInt8(0) >> 6, packet.readUInt8(0) >> 3 & 7, packet.readUInt8(0) & 7];
  if (version === 0) return untrusted('the answer is of no version of NTP');
  if (mode !== SERVER) return untrusted(`the answer has the mode ${mode}, and a server's is ${SERVER}`);
  const stratum = packet.readUInt8(AT.stratum);
  if (stratum === 0) return { kind: 'kiss', code: kissCode(packet) };
  if (leap === UNSYNCHRONISED) return untrusted('the server says that its own clock is not set (leap indicator 3)');
  if (stratum > WORST_STRATUM) return untrusted(`the server says that it follows no clock (stratum ${stratum})`);
  return timesOf(packet, stratum);
}

function timesOf(packet: Buffer, stratum: number): SntpAnswer {
  const distance = shortTime(packet, AT.rootDelay) / 2 + shortTime(packet, AT.rootDispersion);
  if (distance >= MOST_DISTANCE_MS) return untrusted(`the server may be ${Math.round(distance / 1000)} s off by its own word (root delay and dispersion)`);
  const [received, sent] = [ntpTime(packet, AT.receive), ntpTime(packet, AT.transmit)];
  if (received === undefined || sent === undefined) return untrusted('the answer holds no time');
  if (sent < received) return untrusted('the server answered before it was asked, by its own clock');
  return { kind: 'time', received, sent, stratum };
}

function untrusted(why: string): { readonly kind: 'untrusted'; readonly why: string } {
  return { kind: 'untrusted', why };
}

/** Four letters of ASCII (RFC 5905 figure 13); what is none stands as dots. */
function kissCode(packet: Buffer): string {
  return packet.toString('latin1', AT.reference, AT.reference + 4).replaceAll(/[^A-Z]/g, '.');
}

/** 16 bits of seconds and 16 of their fraction, in milliseconds. */
function shortTime(packet: Buffer, at: number): number {
  return packet.readUInt32BE(at) / 65.536;
}

/** 32 bits of seconds since 1900, or since the rollover of 2036, and 32 of their fraction. Undefined: all zero, which stands for no time. */
function ntpTime(packet: Buffer, at: number): number | undefined {
  const [seconds, fraction] = [packet.readUInt32BE(at), packet.readUInt32BE(at + 4)];
  if (seconds === 0 && fraction === 0) return undefined;
  return ((seconds >= FIRST_BIT ? seconds : seconds + ERA_SECONDS) - SECONDS_1900_TO_1970 + fraction / ERA_SECONDS) * 1000;
}

/** What one exchange tells. `why` goes on after a colon. */
export type ToldTime =
  /** `ahead`: how far the clock of this machine is ahead of the server's, in milliseconds, right to half of `roundTrip`. */
  | { readonly kind: 'time'; readonly ahead: number; readonly roundTrip: number; readonly stratum: number }
  | Exclude<SntpAnswer, { readonly kind: 'time' | 'foreign' }>;

/** A longer way says too little about the time: the clock could be off by half of it. */
const LONGEST_ROUND_TRIP_MS = 10_000;
/** A server whose clock ticks coarsely seems to have taken longer than it did: Windows ticks every 16 ms. */
const COARSE_TICK_MS = 50;

/**
 * Compares the clocks: asked (T1) and answered (T4) are of ours, received (T2) and sent (T3) of the server's. Theirs is ahead by
 * ((T2 - T1) + (T3 - T4)) / 2, and the packets were on their way for (T4 - T1) - (T3 - T2) (RFC 4330 section 5).
 */
export function judgeExchange(asked: number, answered: number, answer: Exclude<SntpAnswer, { readonly kind: 'foreign' }>): ToldTime {
  if (answer.kind !== 'time') return answer;
  const { received, sent, stratum } = answer;
  const roundTrip = (answered - asked) - (sent - received);
  if (roundTrip > LONGEST_ROUND_TRIP_MS) return untrusted(`the packets were on their way for ${Math.round(roundTrip / 1000)} s, which says too little about the time`);
  if (roundTrip < -COARSE_TICK_MS) return untrusted('the server says that it took longer to answer than the answer took to come');
  return { kind: 'time', ahead: -((received - asked) + (sent - answered)) / 2, roundTrip: Math.max(0, roundTrip), stratum };
}
