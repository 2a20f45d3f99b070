import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';

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

/** Processes that wanted to run in the last minute. */
export function loadNow(): number {
  return loadavg()[0] ?? 0;
}

export function isQuiet(load: number): boolean {
  return load <= QUIET_LOAD;
}
