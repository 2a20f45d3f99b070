import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeError, encodeStreamEnd, encodeStreamItem } from '../../../protocol/codec/index.js';
import { decodeFrame, encodeMessage } from '../../../protocol/frame.js';
import { FrameId } from '../../../protocol/frame-id.js';
import { messageIdPlace, responseOutline } from '../../../protocol/frame-outline.js';
import { ConnectorError, LAST_PAGE } from '../../../protocol/model/index.js';
import { account } from '../../support/fake-facade.js';

const { frames } = JSON.parse(readFileSync(new URL('../../specifications/openicf-vectors.json', import.meta.url), 'utf8')) as { frames: { id: string; hex: string }[] };
const bytes = (id: string): Uint8Array => Buffer.from(frames.find((frame) => frame.id === id)!.hex, 'hex');
/** Ids whose varints have every length from one byte to eight, and the longest the protocol has. */
const ids = fc.oneof(fc.nat(300), fc.integer({ min: 1, max: 2 ** 31 }), fc.maxSafeInteger().filter((id) => id >= 0));

describe('the outline of a frame', () => {
  it.each([
    ['V16', { id: 6, operation: 10, sequence: 1, hasItem: true, completed: false }],
    ['V17', { id: 6, operation: 10, sequence: 1, hasItem: false, completed: false }],
    ['V18', { id: 6, operation: 10, sequence: 10, hasItem: false, completed: false }],
    ['V19', { id: 6, operation: 10, sequence: 0, hasItem: false, completed: false }],
    ['V21', { id: 8, operation: 11, sequence: 0, hasItem: false, completed: false }],
    ['V23', { id: 9, operation: 11, sequence: 1, hasItem: true, completed: false }],
    ['V24', { id: 9, operation: 11, sequence: 1, hasItem: false, completed: false }],
    ['V13', { id: 4, operation: 2, sequence: 0, hasItem: false, completed: false }],
    ['V35', { id: 15, operation: 3, sequence: 0, hasItem: false, completed: false }],
    ['V36', { id: 15, operation: 3, sequence: 0, hasItem: false, completed: true }],
    ['V37', { id: 16, operation: 16, sequence: 0, hasItem: false, completed: false }],
  ])('of the specification\'s %s', (vector, expected) => {
    expect(responseOutline(bytes(vector))).toMatchObject(expected);
  });

  it('is none for what is no operation\'s response', () => {
    for (const vector of ['V01', 'V04', 'V05', 'V06', 'V08', 'V15', 'V25', 'V26']) expect(responseOutline(bytes(vector))).toBeUndefined();
    expect(responseOutline(encodeMessage({ kind: 'unknownResponse', id: 3 }))).toBeUndefined();
    expect(responseOutline(new Uint8Array())).toBeUndefined();
  });

  it('of a search\'s messages agrees with the decoder, whatever the sizes', () => {
    fc.assert(fc.property(ids, fc.integer({ min: 1, max: 2 ** 31 - 1 }), fc.nat(40_000), (id, sequence, size) => {
      expect(responseOutline(encodeStreamItem(id, 'search', account(1, size), sequence))).toMatchObject({ id, operation: 10, sequence, hasItem: true });
      expect(responseOutline(encodeStreamEnd(id, 'search', LAST_PAGE, sequence)[0]!)).toMatchObject({ id, operation: 10, sequence, hasItem: false });
    }), { numRuns: 100 });
  });

  it('is none for a message given twice, or an id given twice: those are for the decoder', () => {
    const item = Buffer.from(encodeStreamItem(7, 'search', account(1), 1));
    expect(responseOutline(Buffer.concat([item, item.subarray(2)]))).toBeUndefined();
    expect(responseOutline(Buffer.concat([item, item.subarray(0, 2)]))).toBeUndefined();
    expect(messageIdPlace(Buffer.concat([item, item.subarray(0, 2)]))).toBeUndefined();
  });

  it('is none for changes beside another field, whose number it would overlook', () => {
    const message = (field: number, content: Uint8Array): Uint8Array => Buffer.concat([Buffer.of(field * 8 + 2, content.length), content]);
    const changes = message(1, Buffer.of(8, 5));
    const answer = (sync: Uint8Array): Uint8Array => Buffer.concat([Buffer.of(8, 1), message(3, message(3, message(11, sync)))]);
    expect(responseOutline(answer(changes))).toMatchObject({ id: 1, operation: 11, sequence: 5 });
    for (const beside of [Buffer.of(9 * 8, 1), changes]) expect(responseOutline(answer(Buffer.concat([changes, beside])))).toBeUndefined();
    expect(responseOutline(answer(Buffer.of()))).toMatchObject({ id: 1, operation: 11, sequence: 0 });
  });

  it('survives any bytes, and any frame cut short', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (noise) => {
      responseOutline(noise);
      messageIdPlace(noise);
    }), { numRuns: 2_000 });
    const whole = encodeStreamItem(300, 'search', account(1, 50), 5);
    for (let length = 3; length < whole.length; length++) expect(responseOutline(whole.subarray(0, length))).toBeUndefined();
  });
});

describe('another id in a frame', () => {
  it('leaves every other byte as it is, whatever the lengths of the ids', () => {
    fc.assert(fc.property(ids, ids, fc.constantFrom('V08', 'V13', 'V15', 'V16', 'V17', 'V23', 'V25', 'V29', 'V31', 'V33', 'V36'), (before, after, vector) => {
      const plain = Buffer.from(bytes(vector));
      const body = plain.subarray(messageIdPlace(plain)!.end);
      const old = new FrameId(before).putInto(plain)!;
      expect(decodeFrame(old)).toEqual({ ...decodeFrame(plain), id: before });
      const replaced = Buffer.from(new FrameId(after).putInto(old)!);
      expect(replaced.subarray(replaced.length - body.length).equals(body)).toBe(true);
      expect(decodeFrame(replaced)).toEqual({ ...decodeFrame(plain), id: after });
      expect(Buffer.from(new FrameId(6).putInto(new FrameId(before).putInto(bytes('V16'))!)!).equals(Buffer.from(bytes('V16')))).toBe(true);
    }), { numRuns: 300 });
  });

  it('finds it wherever it stands', () => {
    const plain = Buffer.from(bytes('V16'));
    const behind = Buffer.concat([plain.subarray(2), plain.subarray(0, 2)]);
    expect(responseOutline(behind)).toMatchObject({ id: 6, sequence: 1, hasItem: true });
    expect(Buffer.from(new FrameId(300).putInto(behind)!).equals(Buffer.concat([plain.subarray(2), Buffer.from([8, 0xac, 2])]))).toBe(true);
  });

  it('is written into the frame itself when it is as long as the old one, and into a copy otherwise', () => {
    const frame = Buffer.from(bytes('V16'));
    const place = messageIdPlace(frame)!;
    expect(new FrameId(7).replaceWithin(frame, place)).toBe(frame);
    expect(decodeFrame(frame)).toEqual({ ...decodeFrame(bytes('V16')), id: 7 });
    const longer = new FrameId(300).replaceWithin(frame, place);
    expect(decodeFrame(longer)).toEqual({ ...decodeFrame(bytes('V16')), id: 300 });
    expect(decodeFrame(frame).id).toBe(7);
  });

  it('may be a negative one, as a Java peer accepts', () => {
    const frame = new FrameId(-1).putInto(encodeError(5, new ConnectorError('connector', 'x')))!;
    expect(decodeFrame(frame)).toMatchObject({ kind: 'error', id: -1 });
  });
});
