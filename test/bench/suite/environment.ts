import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface Environment {
  readonly processor: string;
  readonly processors: number;
  readonly memoryBytes: number;
  readonly kernel: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** More of it at the start of a scenario, and its absolute figures are provisional. */
const QUIET_LOAD = 0.6;

const PACKAGES = join(import.meta.dirname, '../../../node_modules');

function packageVersion(name: string): string {
  return (JSON.parse(readFileSync(join(PACKAGES, name, 'package.json'), 'utf8')) as { version: string }).version;
}

function firstLine(command: string, args: readonly string[]): string | undefined {
  try {
    const output = execFileSync(command, [...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    return output.split('\n')[0]?.trim();
  } catch {
    return undefined;
  }
}

function debianVersion(name: string): string | undefined {
  return firstLine('dpkg-query', ['-W', '-f', '${Version}', name]);
}

export function environment(): Environment {
  const found: Record<string, string | undefined> = {
    node: process.version,
    'OpenLDAP (Debian)': existsSync('/usr/sbin/slapd') ? debianVersion('slapd') : undefined,
    'PostgreSQL (Debian)': debianVersion('postgresql'),
    'JDK (Debian)': debianVersion('openjdk-17-jre-headless'),
    ...Object.fromEntries(['ldapts', 'pg', 'pg-cursor', 'ws', 'protobufjs'].map((name) => [name, packageVersion(name)])),
  };
  return {
    processor: cpus()[0]?.model ?? 'unknown', processors: cpus().length, memoryBytes: totalmem(), kernel: firstLine('uname', ['-sr']) ?? 'unknown',
    versions: Object.fromEntries(Object.entries(found).filter((entry): entry is [string, string] => entry[1] !== undefined)),
  };
}

const LOOK_MS = 2_000;

/**
 * Processors in use by others, looked at for two seconds. The load average would also tell of the scenario before: it looks back
 * a minute and more.
 */
export async function loadNow(): Promise<number> {
  const [busyBefore, allBefore] = processorTimes();
  await delay(LOOK_MS);
  const [busy, all] = processorTimes();
  return cpus().length * (busy - busyBefore) / (all - allBefore);
}

/** Milliseconds since the start of the machine: in use, and altogether. */
function processorTimes(): readonly [number, number] {
  const times = cpus().map((processor) => processor.times);
  const all = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0);
  return [all - times.reduce((sum, { idle }) => sum + idle, 0), all];
}

export function isQuiet(load: number): boolean {
  return load <= QUIET_LOAD;
}
