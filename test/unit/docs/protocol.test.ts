import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { encodeStreamEnd } from '../../../protocol/codec/index.js';
import { encodeMessage } from '../../../protocol/frame.js';
import { OFFERED } from '../../../protocol/session/features.js';

const root = new URL('../../../', import.meta.url);
const page = readFileSync(new URL('docs/protocol.md', root), 'utf8');
const { frames } = JSON.parse(readFileSync(new URL('test/specifications/openicf-vectors.json', root), 'utf8')) as { frames: { id: string; hex: string }[] };

/** Frames the page shows, by the word in front: a vector's id, or `ours`. */
const shown = [...page.matchAll(/^(V\d\d|ours) +([0-9a-f |]+)$/gm)].map(([, id, bytes]) => ({ id: id!, hex: bytes!.replaceAll(/[ |]/g, '') }));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('docs/protocol.md', () => {
  it.each(shown.filter(({ id }) => id !== 'ours'))('shows $id as the specification has it', ({ id, hex: bytes }) => {
    expect(bytes).toBe(frames.find((frame) => frame.id === id)?.hex);
  });

  it('shows an exchange from handshake to cancel', () => {
    expect(shown.map(({ id }) => id)).toEqual(['V01', 'V03', 'ours', 'V04', 'V05', 'V08', 'V09', 'ours', 'V16', 'V17', 'ours', 'V26']);
  });

  it('shows what we add as we send it', () => {
    const unknown = { pagedResultsCookie: null, totalPagedResultsPolicy: 'NONE', totalPagedResults: -1, remainingPagedResults: -1 } as const;
    expect(shown.filter(({ id }) => id === 'ours').map((each) => each.hex)).toEqual([
      hex(encodeMessage({ kind: 'handshakeResponse', id: 0, sessionId: 'S2', serverType: 'JAVA', features: ['credits', 'complete'], journalId: undefined })),
      hex(encodeMessage({ kind: 'credit', id: 6, credits: 256 })),
      hex(encodeStreamEnd(6, 'search', unknown, 1, true)[0]!),
    ]);
  });

  it.each(OFFERED)('tells of the feature %s', (feature) => {
    expect(page).toContain(`| \`${feature}\` |`);
  });
});
