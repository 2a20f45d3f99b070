import { describe, expect, test } from 'vitest';
import { WebSocketTap, type HeadKind } from '../../interop/support/websocket-tap.js';

const REQUEST = 'GET /openicf HTTP/1.1\r\nHost: a\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n\r\n';
const RESPONSE = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n';

function frame(opcode: number, payload: Buffer, { final = true, masked = false } = {}): Buffer {
  const { length } = payload;
  const size = length < 126 ? Buffer.from([length]) : length < 65536 ? Buffer.from([126, length >> 8, length & 255]) : Buffer.alloc(9);
  if (length >= 65536) {
    size[0] = 127;
    size.writeBigUInt64BE(BigInt(length), 1);
  }
  if (masked) size[0]! |= 0x80;
  const mask = Buffer.from([1, 2, 3, 250]);
  const body = masked ? Buffer.from(payload.map((byte, i) => byte ^ mask[i % 4]!)) : payload;
  return Buffer.concat([Buffer.from([(final ? 0x80 : 0) | opcode]), size, masked ? mask : Buffer.alloc(0), body]);
}

function tapped(kind: HeadKind, chunks: Iterable<Buffer>, maxMessage?: number): { messages: string[]; lengths: number[]; problems: string[] } {
  const messages: string[] = [];
  const lengths: number[] = [];
  const problems: string[] = [];
  const tap = new WebSocketTap(kind, {
    message: (payload, length) => {
      messages.push(payload?.toString('hex') ?? 'too long');
      lengths.push(length);
    },
    problem: (what) => { problems.push(what); },
  }, maxMessage);
  for (const chunk of chunks) tap.take(chunk);
  return { messages, lengths, problems };
}

function* pieces(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const short = Buffer.from('0801', 'hex');
const middle = Buffer.alloc(300, 7);
const long = Buffer.from(Array.from({ length: 70_001 }, (_, i) => i & 255));

describe('what is no WebSocket', () => {
  test.each([
    ['a plain request', 'request', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a refused upgrade', 'response', 'HTTP/1.1 401 Unauthorized\r\nUpgrade: websocket\r\n\r\n'],
  ] as const)('%s is reported and not read on', (_, kind, head) => {
    const { messages, problems } = tapped(kind, [Buffer.concat([Buffer.from(head), frame(2, short)])]);
    expect(messages).toEqual([]);
    expect(problems).toHaveLength(1);
  });

  test('a head without an end is given up', () => {
    expect(tapped('request', pieces(Buffer.alloc(100_000, 65), 5_000)).problems).toEqual([expect.stringContaining('head')]);
  });

  test('reserved bits are reported; what came before is kept', () => {
    const { messages, problems } = tapped('response', [Buffer.from(RESPONSE), frame(2, short), frame(0x42, short), frame(2, short)]);
    expect(messages).toEqual(['0801']);
    expect(problems).toEqual([expect.stringContaining('reserved bits')]);
  });
});

describe('binary messages', () => {
  const connection = Buffer.concat([
    Buffer.from(REQUEST), frame(2, short, { masked: true }), frame(9, Buffer.from('ping'), { masked: true }), frame(2, Buffer.alloc(0), { masked: true }),
    frame(1, Buffer.from('text'), { masked: true }), frame(2, middle, { masked: true }), frame(2, long, { masked: true }), frame(8, Buffer.from([3, 232]), { masked: true }),
  ]);

  test.each([1, 2, 3, 7, 13, 64, 1000, 1_000_000])('are read from chunks of %i bytes', (size) => {
    const { messages, problems } = tapped('request', pieces(connection, size));
    expect(messages).toEqual([short, Buffer.alloc(0), middle, long].map((bytes) => bytes.toString('hex')));
    expect(problems).toEqual([]);
  });

  test('are put together from fragments with a ping between them', () => {
    const chunks = [Buffer.from(RESPONSE), frame(2, short, { final: false }), frame(9, Buffer.alloc(0)), frame(0, middle, { final: false }), frame(0, short)];
    expect(tapped('response', chunks).messages).toEqual([Buffer.concat([short, middle, short]).toString('hex')]);
  });

  test('of fragmented text are not taken for binary', () => {
    expect(tapped('response', [Buffer.from(RESPONSE), frame(1, short, { final: false }), frame(0, short), frame(2, short)]).messages).toEqual(['0801']);
  });

  test('above the limit are counted without being kept, in one frame or in several', () => {
    const chunks = [Buffer.from(RESPONSE), frame(2, long), frame(2, middle, { final: false }), frame(0, middle), frame(2, short)];
    const { messages, lengths } = tapped('response', chunks, 500);
    expect(messages).toEqual(['too long', 'too long', '0801']);
    expect(lengths[2]).toBe(2);
  });
});
