import { requireObject, textAt, valueAt, type Json, type JsonObject } from '../../engines/rest/index.js';

/** What Duo answers stands under `response`: https://duo.com/docs/adminapi#response-format */
export function responseOf(answer: Json): JsonObject {
  return requireObject(valueAt(answer, 'response'), 'An answer of Duo');
}

/** A text or a number as text, and empty for anything else. */
export function plainText(value: Json | undefined): string {
  return textAt(value, '') ?? '';
}

/** Duo takes its parameters as a form. */
export function asForm(fields: JsonObject): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plainText(value)]));
}
