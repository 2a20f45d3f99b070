import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeExchange, readSntpAnswer, sntpRequest } from '../../../../agent/doctor/sntp.js';
import { ntpTimestamp, timePacket } from '../../../faults/doctor/time-server.js';

const nonce = Buffer.from('0123456789abcdef', 'hex');
const question = sntpRequest(nonce);
const NOW = Date.UTC(2026, 10, 23, 12);
const read = (packet: Buffer) => readSntpAnswer(packet, nonce);
/** The packet of a healthy server with these bytes put in (RFC 5905 figure 8). */
const withBytes = (at: number, bytes: Buffer): Buffer => {
  const packet = timePacket(question, NOW);
  bytes.copy(packet, at);
  return packet;
};

describe('an answer that is refused', () => {
  it.each([
    ['an answer to another question', timePacket(question, NOW, { origin: Buffer.alloc(8) }), 'foreign', /another question/],
    ['a packet that is cut off', timePacket(question, NOW).subarray(0, 47), 'foreign', /47 bytes/],
    ['our own question, sent back', question, 'foreign', /another question/],
    ['a client', timePacket(question, NOW, { mode: 3 }), 'untrusted', /mode 3/],
    ['a broadcast, which is none to our question', timePacket(question, NOW, { mode: 5 }), 'untrusted', /mode 5/],
    ['no version of NTP', withBytes(0, Buffer.from([0x04])), 'untrusted', /version/],
    ['a server that is not synchronised', timePacket(question, NOW, { leap: 3 }), 'untrusted', /leap indicator 3/],
    ['a server that follows no clock', timePacket(question, NOW, { stratum: 16 }), 'untrusted', /stratum 16/],
    ['a server that is far off by its own word', timePacket(question, NOW, { rootDispersion: 16 }), 'untrusted', /16 s off/],
    ['no receive time', withBytes(32, Buffer.alloc(8)), 'untrusted', /no time/],
    ['no transmit time', withBytes(40, Buffer.alloc(8)), 'untrusted', /no time/],
    ['sent before it was received', withBytes(40, ntpTimestamp(NOW - 1000)), 'untrusted', /before it was asked/],
  ] as const)('%s', (_name, packet, kind, why) => {
    expect(read(packet)).toMatchObject({ kind, why: expect.stringMatching(why) as string });
  });

  it.each(['RATE', 'DENY', 'RSTR'])('the kiss-o\'-death %s, whatever its leap indicator', (code) => {
    expect(read(timePacket(question, NOW, { leap: 3, stratum: 0, reference: code }))).toEqual({ kind: 'kiss', code });
    expect(read(timePacket(question, NOW, { leap: 0, stratum: 0, reference: code }))).toEqual({ kind: 'kiss', code });
  });

  it('a kiss code that is none shows no bytes of the network', () => {
    expect(read(timePacket(question, NOW, { stratum: 0, reference: '\x1b[2J' }))).toEqual({ kind: 'kiss', code: '...J' });
  });

  it('any bytes at all: never an exception, and a time only of a synchronised server that repeats the question', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.tuple(fc.uint8Array({ minLength: 24, maxLength: 24 }), fc.uint8Array({ minLength: 16, maxLength: 80 })).map(([head, tail]) => Buffer.concat([head, nonce, tail])),
      fc.tuple(fc.constantFrom(0x24, 0x1c, 0xe4, 0x64, 0x23), fc.integer({ min: 0, max: 255 }), fc.uint8Array({ minLength: 16, maxLength: 16 })).map(([first, stratum, times]) => Buffer.concat([Buffer.from([first, stratum]), Buffer.alloc(22), nonce, times])),
    );
    fc.assert(fc.property(bytes, (given) => {
      const packet = Buffer.from(given);
      const answer = read(packet);
      if (answer.kind !== 'time') return;
      expect(packet.length).toBeGreaterThanOrEqual(48);
      expect(packet.toString('hex', 24, 32)).toBe(nonce.toString('hex'));
      expect(packet[0]! % 8).toBe(4);
      expect(packet[0]! >> 6).not.toBe(3);
      expect(packet[1]).toBeGreaterThanOrEqual(1);
      expect(packet[1]).toBeLessThanOrEqual(15);
      expect(answer.sent).toBeGreaterThanOrEqual(answer.received);
    }), { numRuns: 500 });
  });
});

describe('an exchange that says nothing about the clock', () => {
  const answer = { kind: 'time', received: NOW, sent: NOW, stratum: 2 } as const;

  it('took too long', () => {
    expect(judgeExchange(NOW, NOW + 10_001, answer)).toMatchObject({ kind: 'untrusted', why: expect.stringContaining('on their way for 10 s') as string });
    expect(judgeExchange(NOW, NOW + 9_999, answer)).toMatchObject({ kind: 'time' });
  });

  it('took the server longer than it took us', () => {
    expect(judgeExchange(NOW, NOW + 5, { ...answer, sent: NOW + 500 })).toMatchObject({ kind: 'untrusted', why: expect.stringContaining('took longer') as string });
  });
});

describe('an answer that counts', () => {
  it('of strata 1 to 15', () => {
    for (let stratum = 1; stratum <= 15; stratum += 1) expect(read(timePacket(question, NOW, { stratum }))).toMatchObject({ kind: 'time', stratum });
  });

  it.each([
    // RFC 5905 figure 4, "Interesting Historic NTP Dates", and RFC 4330 section 3.
    ['1970-01-01T00:00:00Z', 2_208_988_800],
    ['1972-01-01T00:00:00Z', 2_272_060_800],
    ['1999-12-31T00:00:00Z', 3_155_587_200],
    ['2036-02-07T06:28:15Z', 4_294_967_295],
    ['2036-02-08T00:00:00Z', 63_104],
    ['1968-01-20T03:14:08Z', 2_147_483_648],
  ])('%s stands as %i seconds, before and after the rollover of 2036', (time, seconds) => {
    const stamp = Buffer.alloc(8);
    stamp.writeUInt32BE(seconds);
    const packet = withBytes(32, stamp);
    stamp.copy(packet, 40);
    expect(read(packet)).toMatchObject({ received: Date.parse(time), sent: Date.parse(time) });
  });

  it('tells any time of both eras to the microsecond', () => {
    const times = fc.double({ min: Date.UTC(1968, 0, 21), max: Date.UTC(2104, 1, 26), noNaN: true });
    fc.assert(fc.property(times, (time) => {
      const answer = read(timePacket(question, time));
      expect(answer.kind === 'time' ? Math.abs(answer.received - time) : Infinity).toBeLessThan(0.002);
    }));
  });

  it('the offset is wrong by half of the way at most, however unequal there and back are, and by nothing when they are equal', () => {
    const delay = fc.double({ min: 0, max: 4_000, noNaN: true });
    const offsets = fc.integer({ min: -10_000_000, max: 10_000_000 });
    fc.assert(fc.property(offsets, delay, delay, delay, (ahead, there, inside, back) => {
      const received = NOW + there - ahead; // the server's clock, ours being ahead of it
      const told = judgeExchange(NOW, NOW + there + inside + back, { kind: 'time', received, sent: received + inside, stratum: 1 });
      expect(told.kind).toBe('time');
      if (told.kind !== 'time') return;
      expect(told.roundTrip).toBeCloseTo(there + back, 1);
      expect(Math.abs(told.ahead - ahead)).toBeLessThanOrEqual(Math.abs(there - back) / 2 + 0.01);
    }));
  });
});

it('a question is 48 bytes: version 4, a client, the nonce, and nothing about this machine', () => {
  expect(question.toString('hex')).toBe(`23${'00'.repeat(39)}${nonce.toString('hex')}`);
  expect(() => sntpRequest(Buffer.alloc(4))).toThrow(RangeError);
});
