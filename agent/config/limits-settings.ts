import { z } from 'zod';
import { duration, integer, size } from './setting-types.js';

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

/** What the agent takes on at a time; see agent/overload. */
export function limitsSettings() {
  return z.strictObject({
    operations: integer(1, 100_000).default(256),
    perConnector: integer(1, 100_000).default(128),
    perSystem: integer(1, 100_000).default(64),
    connectors: z.record(z.string(), integer(1, 100_000)).describe('a mapping of connector ids to whole numbers').default({}),
    queue: integer(0, 100_000).default(256),
    queueTime: duration().default(10_000),
    eventLoopLag: duration({ zero: true }).default(2_000),
    memory: size(32 * MIB, 4096 * GIB).optional(),
  });
}
