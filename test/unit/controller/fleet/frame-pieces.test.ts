import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameAssembler, piecesOf } from '../../../../controller/fleet/frame-pieces.js';

describe('frames cut into pieces', () => {
  it('are refused as soon as their length is known, when they are too large', () => {
    const assembler = new FrameAssembler(100, () => undefined);
    expect(() => assembler.take(Uint8Array.of(0, 0, 0, 101))).toThrow(/101 bytes is larger than 100/);
    expect(() => new FrameAssembler(100, () => undefined).take(Uint8Array.of(255, 255, 255, 255))).toThrow(RangeError);
  });

  it('are the same frames in the same order at the other end, wherever they were cut', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), fc.integer({ min: 1, max: 400 }), (frames, largest) => {
      const arrived: Uint8Array[] = [];
      const assembler = new FrameAssembler(300, (frame) => arrived.push(Uint8Array.from(frame)));
      for (const piece of piecesOf(frames, largest)) {
        expect(piece.length).toBeLessThanOrEqual(largest);
        assembler.take(piece);
      }
      expect(arrived).toEqual(frames);
    }));
  });
});
