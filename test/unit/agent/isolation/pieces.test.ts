import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PieceReader, pieceBytes } from '../../../../agent/isolation/pieces.js';

const piece = fc.record({ kind: fc.integer({ min: 0, max: 255 }), bytes: fc.uint8Array({ maxLength: 300 }) });

describe('pieces on the pipe', () => {
  it('come out as they went in, whatever the chunks', () => {
    fc.assert(fc.property(fc.array(piece, { maxLength: 20 }), fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 50 }), (pieces, sizes) => {
      const stream = Buffer.concat(pieces.map(({ kind, bytes }) => pieceBytes(kind, [bytes])));
      const out: { kind: number; bytes: Buffer }[] = [];
      const reader = new PieceReader(1000, (kind, bytes) => out.push({ kind, bytes: Buffer.from(bytes) }));
      for (let at = 0, turn = 0; at < stream.length; turn++) {
        const size = sizes[turn % sizes.length]!;
        reader.take(stream.subarray(at, at + size));
        at += size;
      }
      expect(out.map(({ kind, bytes }) => [kind, bytes.toString('hex')])).toEqual(pieces.map(({ kind, bytes }) => [kind, Buffer.from(bytes).toString('hex')]));
    }));
  });

  it('of one kind are written together', () => {
    const bytes = pieceBytes(1, [Buffer.from('ab'), Buffer.alloc(0), Buffer.from('c')]);
    expect(bytes.toString('hex')).toBe('00000002016162' + '0000000001' + '000000010163');
  });

  it('that announce more than is taken are refused before anything is kept for them', () => {
    const reader = new PieceReader(100, () => undefined);
    expect(() => reader.take(Buffer.from([0xff, 0xff, 0xff, 0xff, 1]))).toThrow('a piece of 4294967295 bytes was announced');
  });
});
