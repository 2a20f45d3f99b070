import type { JsonValue } from '../crest/json.js';

/** A value as JSON for scripts. A whole number that they could only round is a text for them. */
export function scriptText(value: JsonValue | undefined): string {
  try {
    return JSON.stringify(value ?? null);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? String(item) : item));
  }
}
