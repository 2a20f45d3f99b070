import { readFileSync } from 'node:fs';
import { GuardedByteArray, GuardedString } from '../../../../protocol/model/index.js';

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const bytes = (text: string): Buffer => Buffer.from(text, 'hex');

interface Vector {
  readonly id?: string;
  readonly title: string;
  readonly hex: string;
}

/** The test vectors of the protocol specification, section 11.4. */
export const vectors = JSON.parse(readFileSync(new URL('../../../specifications/openicf-vectors.json', import.meta.url), 'utf8')) as {
  readonly frames: readonly Vector[];
  readonly objectStreams: readonly Vector[];
  readonly facadeKey: string;
  readonly connectorList: string;
};

/** A value as plain data that tells classes and secrets apart, for comparing. */
export function plain(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Uint8Array) return { bytes: hex(value) };
  if (value instanceof GuardedString) return { guardedString: value.reveal() };
  if (value instanceof GuardedByteArray) return { guardedBytes: hex(value.reveal()) };
  if (Array.isArray(value)) return value.map(plain);
  const ofClass = (Object.getPrototypeOf(value) as object | null)?.constructor.name ?? 'Object';
  if (value instanceof Map) return { ofClass, entries: [...value].map(([key, item]) => [plain(key), plain(item)]) };
  if (value instanceof Set) return { ofClass, items: [...value].map(plain) };
  if (value instanceof Error) return { ofClass, ...fieldsOf(value), message: value.message, cause: plain(value.cause) };
  return { ofClass, ...fieldsOf(value) };
}

function fieldsOf(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined).map(([key, field]) => [key, plain(field)]));
}
