import type { JsonObject } from './json.js';

/** One representation. `content` may leave `_id` and `_rev` out; they are written from here. */
export interface Resource {
  readonly id: string;
  readonly revision?: string | undefined;
  readonly content: JsonObject;
}
