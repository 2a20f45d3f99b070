import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Vector { readonly hex: string }

const read = (name: string): unknown => JSON.parse(readFileSync(join(process.cwd(), 'test/specifications', name), 'utf8'));
const vectors = read('openicf-vectors.json') as { readonly frames: readonly Vector[]; readonly objectStreams: readonly Vector[]; readonly facadeKey: string; readonly connectorList: string };
const captured = read('captured-frames.json') as { readonly frames: readonly Vector[] };

const bytesOf = ({ hex }: Vector): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

/** Frames of the protocol specification, and frames a Java framework was seen to send. */
export const FRAMES: readonly Uint8Array[] = [...vectors.frames, ...captured.frames].map(bytesOf);

export const OBJECT_STREAMS: readonly Uint8Array[] = [...vectors.objectStreams, { hex: vectors.connectorList }].map(bytesOf);

/** The Base64 text of an APIConfiguration. */
export const FACADE_KEY = vectors.facadeKey;
