/** In the executable, what our modules get for node:fs/promises. */
import * as real from 'causeway-real:node:fs/promises';
import { asset, insidePath } from './assets.mjs';

export * from 'causeway-real:node:fs/promises';

export async function readFile(file, options) {
  const inside = file instanceof URL || typeof file === 'string' ? insidePath(file) : undefined;
  if (inside === undefined) return real.readFile(file, options);
  const encoding = typeof options === 'string' ? options : options?.encoding;
  return encoding ? asset(inside).toString(encoding) : asset(inside);
}
