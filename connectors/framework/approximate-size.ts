import type { ConnectorObject, IcfValue } from '../../protocol/model/index.js';

const REFERENCE = 16;

function sizeOf(value: IcfValue): number {
  if (typeof value === 'string') return REFERENCE + 2 * value.length;
  if (value instanceof Uint8Array) return REFERENCE + value.length;
  if (Array.isArray(value) || value instanceof Set) return [...value].reduce<number>((sum, item) => sum + sizeOf(item), REFERENCE);
  if (value instanceof Map) return [...value].reduce<number>((sum, [key, item]) => sum + sizeOf(key) + sizeOf(item), REFERENCE);
  return REFERENCE;
}

/** Roughly what an object takes in memory, in bytes; good enough for limits. */
export function approximateSize(object: ConnectorObject): number {
  let bytes = 0;
  for (const { name, values } of object.attributes) {
    bytes += 64 + name.length;
    for (const value of values ?? []) bytes += sizeOf(value);
  }
  return bytes;
}
