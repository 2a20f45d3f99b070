import { isDeepStrictEqual } from 'node:util';
import { GuardedByteArray, GuardedString } from '../../../protocol/model/index.js';

/** Whether two values of the model are the same, secrets included; NaN is itself. */
export function same(left: unknown, right: unknown): boolean {
  return isDeepStrictEqual(left, right) && (!holdsSecret(left) || isDeepStrictEqual(secretsOf(left), secretsOf(right)));
}

function holdsSecret(value: unknown): boolean {
  return secretsOf(value).length > 0;
}

/** The clear texts in a value, in order. */
function secretsOf(value: unknown): string[] {
  if (value instanceof GuardedString) return [value.reveal()];
  if (value instanceof GuardedByteArray) return [Buffer.from(value.reveal()).toString('hex')];
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return [];
  const parts: unknown[] = value instanceof Map ? [...value].flat() : value instanceof Set ? [...value] : Object.values(value);
  return parts.flatMap(secretsOf);
}
