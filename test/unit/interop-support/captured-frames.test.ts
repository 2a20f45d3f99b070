import { describe, expect, test } from 'vitest';
import { decodeFrame, encodeMessage } from '../../../protocol/frame.js';
import { CapturedFrames } from '../../interop/captured/captured-frames.js';
import type { Direction, RecordedMessage } from '../../interop/support/recording-proxy.js';
import { bytes, vectors } from '../protocol/codec/plain.js';

const vector = (id: string): Buffer => bytes(vectors.frames.find((frame) => frame.id === id)!.hex);

/** The vectors name no real facade; Java's frames always do. */
function withFacade(frame: Buffer): Buffer {
  const message = decodeFrame(frame);
  return message.kind === 'operationRequest' || message.kind === 'configurationChange' ? Buffer.from(encodeMessage({ ...message, facadeKey: vectors.facadeKey })) : frame;
}

const sent = (direction: Direction, ...frames: Buffer[]): RecordedMessage[] => frames.map((frame) => ({ connection: 0, direction, bytes: withFacade(frame) }));

function read(messages: readonly RecordedMessage[], javaSends: readonly Direction[] = ['toServer', 'toClient']): CapturedFrames {
  const frames = new CapturedFrames();
  frames.read('test', messages, javaSends);
  return frames;
}

/** A script's result whose stream has its two names in another order: it means the same, and Java would not write it. */
function withPoolSwapped(): Buffer {
  const stream = bytes(vectors.objectStreams.find(({ title }) => title === 'Uid:1')!.hex);
  const [first, second] = [stream.subarray(12, 23), stream.subarray(23, 34)];
  const object = Buffer.concat([stream.subarray(0, 12), second, first, stream.subarray(34)]);
  return Buffer.from(encodeMessage({ kind: 'operationResponse', id: 12, response: { fields: { scriptOnConnectorOpResponse: { object } } } }));
}

describe('captured frames', () => {
  test('bytes that come out otherwise are a mismatch, with both', () => {
    const frames = read([...sent('toServer', vector('V30')), ...sent('toClient', withPoolSwapped())]);
    expect(frames.mismatches.map(({ what }) => what)).toEqual(['response scriptOnConnector: its value', 'response scriptOnConnector: the whole frame']);
    expect(frames.mismatches[0]).toMatchObject({ at: 16, lengths: [54, 54] }); // the first name in the pool
    expect(frames.mismatches[0]!.java).not.toBe(frames.mismatches[0]!.ours);
    expect(frames.messages.get('response scriptOnConnector')).toEqual({ seen: 1, byteEqual: 0, notCanonical: 0 });
  });

  test('a response under an id that nobody asked with is refused', () => {
    expect(() => read(sent('toClient', vector('V13')))).toThrow('id 4');
  });

  test('requests of the other direction under the same id are not taken for it', () => {
    expect(() => read([...sent('toClient', vector('V12')), ...sent('toClient', vector('V13'))])).toThrow('id 4');
  });

  test('only what Java sent is judged', () => {
    const frames = read([...sent('toServer', vector('V30')), ...sent('toClient', withPoolSwapped())], ['toServer']);
    expect(frames.mismatchCount).toBe(0);
    expect([...frames.messages.keys()]).toEqual(['request scriptOnConnector']);
  });

  test('requests and their answers of the specification are counted by kind, and are equal', () => {
    const pairs = [['V08', 'V09'], ['V12', 'V13'], ['V14'], ['V15', 'V16', 'V17'], ['V20', 'V21'], ['V22', 'V23', 'V24'], ['V28', 'V29'], ['V32', 'V33']];
    const messages = pairs.flatMap(([request, ...answers]) => [...sent('toServer', vector(request!)), ...sent('toClient', ...answers.map(vector))]);
    const frames = read([...sent('toServer', vector('V02')), ...messages, ...sent('toServer', vector('V26'))]);
    expect(frames.mismatches).toEqual([]);
    expect([...frames.messages.keys()].sort()).toEqual([
      'cancel', 'handshakeRequest', 'request create', 'request delete', 'request get', 'request latestSyncToken', 'request search', 'request sync',
      'request test', 'request update ADD', 'response create', 'response delete', 'response get', 'response latestSyncToken',
      'response search end', 'response search item', 'response sync end', 'response sync item', 'response test',
    ]);
    expect(frames.streams.get('apiConfiguration')).toEqual({ seen: 8, byteEqual: 8, notCanonical: 0 });
    expect(frames.streams.get('filter')).toMatchObject({ seen: 1, byteEqual: 1 });
    expect(frames.lines().join('\n')).toMatch(/request update ADD +1 +1 +0/);
  });
});
