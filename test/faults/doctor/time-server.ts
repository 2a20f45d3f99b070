import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** What a time server's answer holds, as RFC 5905 section 7.3 has the packet; what is left out is healthy. */
export interface TimeServerTraits {
  /** How far its clock is ahead of this machine's, milliseconds. @default 0 */
  readonly ahead?: number;
  readonly leap?: number;
  readonly mode?: number;
  readonly stratum?: number;
  /** Four letters. @default the address of a reference clock */
  readonly reference?: string;
  /** Seconds. */
  readonly rootDispersion?: number;
  /** What stands where the question is repeated, instead of it. */
  readonly origin?: Buffer;
  /** Answers nothing. */
  readonly silent?: true;
}

export interface TimeServer {
  readonly port: number;
  /** Packets that came, in their order. */
  readonly asked: readonly Buffer[];
  close(): Promise<void>;
}

const SECONDS_1900_TO_1970 = 2_208_988_800n;

/** 64 bits of seconds since 1900 and their fraction, of milliseconds since 1970. */
export function ntpTimestamp(milliseconds: number): Buffer {
  const bytes = Buffer.alloc(8);
  const micro = BigInt(Math.round(milliseconds * 1000));
  bytes.writeBigUInt64BE(BigInt.asUintN(64, ((micro << 32n) / 1_000_000n) + (SECONDS_1900_TO_1970 << 32n)));
  return bytes;
}

/** An answer, byte by byte: not by the product's codec, so that both would have to be wrong in the same way. */
export function timePacket(question: Buffer, at: number, { ahead = 0, leap = 0, mode = 4, stratum = 2, reference = '\x0a\x00\x00\x01', rootDispersion = 0.02, origin }: TimeServerTraits = {}): Buffer {
  const packet = Buffer.alloc(48);
  packet[0] = (leap * 64) + (4 * 8) + mode;
  packet[1] = stratum;
  packet[2] = 6; // poll
  packet[3] = 0xe9; // precision, 2^-23 s
  packet.writeUInt32BE(0x0000_0a00, 4); // root delay, 39 ms
  packet.writeUInt32BE(Math.round(rootDispersion * 65_536), 8);
  packet.write(reference, 12, 4, 'latin1');
  ntpTimestamp(at + ahead - 60_000).copy(packet, 16); // set a minute ago
  (origin ?? question.subarray(40, 48)).copy(packet, 24);
  ntpTimestamp(at + ahead).copy(packet, 32);
  ntpTimestamp(at + ahead).copy(packet, 40);
  return packet;
}

/** A time server on loopback. */
export async function startTimeServer(traits: TimeServerTraits = {}): Promise<TimeServer> {
  const socket = createSocket('udp4');
  const asked: Buffer[] = [];
  socket.on('message', (question, from) => {
    asked.push(question);
    if (traits.silent === undefined) socket.send(timePacket(question, Date.now(), traits), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    port: socket.address().port, asked,
    close: () => new Promise((resolve) => { socket.close(() => { resolve(); }); }),
  };
}
