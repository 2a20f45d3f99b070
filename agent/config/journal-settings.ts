import { z } from 'zod';
import { duration, path, size } from './setting-types.js';

const MIB = 1024 ** 2;
const DAY = 86_400_000;

/** Where the agent notes what it is about to change and what became of it (agent/journal). */
export function journalSettings(base: string) {
  return z.strictObject({
    directory: path(base, 'directory of the journal of writes').optional(),
    maxSize: size(8 * MIB, 16 * 1024 * MIB).default(64 * MIB),
    retention: duration().refine((value) => value >= DAY, { message: 'outcomes are kept for 24h at least' }).default(DAY),
  });
}
