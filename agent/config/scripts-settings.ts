import { z } from 'zod';
import { duration, integer, path, size } from './setting-types.js';

const MIB = 1024 ** 2;

/** What a script that the policy allows, or one of a scripted connector, may take (docs/scripts.md). */
export function scriptsSettings(base: string) {
  return z.strictObject({
    roots: z.array(path(base, 'folder of scripts')).max(64).describe('a list of folders the scripts of scripted connectors and of PowerShell may be in').default([]),
    timeout: duration().default(60_000),
    cpuTime: duration().default(10_000),
    memory: size(4 * MIB, 1024 * MIB).default(32 * MIB),
    valueSize: size(64 * 1024, 16 * MIB).default(MIB),
    calls: integer(1, 10_000_000).default(10_000),
    workers: integer(1, 64).default(2),
    operationWorkers: integer(1, 64).default(8),
    queue: integer(0, 10_000).default(16),
    queueTime: duration().default(10_000),
    idle: duration().default(300_000),
  });
}
