import { readFile, readdir, stat } from 'node:fs/promises';
import { arch, cpus, freemem, loadavg, platform, release, totalmem, uptime } from 'node:os';
import { join } from 'node:path';
import { productVersion } from '../../version.js';

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

/** Versions, system and limits, as far as they can be had. */
export async function machineFacts(): Promise<object> {
  const osRelease = await textOf('/etc/os-release');
  const [limits, memoryLimit, cpuLimit] = await Promise.all(['/proc/self/limits', '/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/cpu.max'].map(textOf));
  return {
    causeway: productVersion(), node: process.versions, execPath: process.execPath,
    system: { platform: platform(), arch: arch(), release: release(), name: osRelease?.split('\n').find((line) => line.startsWith('PRETTY_NAME='))?.slice('PRETTY_NAME='.length), uptimeSeconds: Math.round(uptime()) },
    time: { now: new Date().toISOString(), zone: Intl.DateTimeFormat().resolvedOptions().timeZone },
    user: { uid: process.getuid?.(), gid: process.getgid?.() },
    processors: cpus().length, load: loadavg(), memory: { total: totalmem(), free: freemem() },
    limits: limits?.trim().split('\n'), container: { memory: memoryLimit?.trim(), processor: cpuLimit?.trim() },
  };
}

/** A file of the state directory, by name and size. */
export interface StateFile {
  readonly path: string;
  readonly bytes: number;
  readonly modified: string;
  readonly mode: string;
}

const MOST_FILES = 2_000;

/** What lies below the state directory: names and sizes, no content. */
export async function stateFiles(directory: string): Promise<readonly StateFile[] | string> {
  try {
    const found: StateFile[] = [];
    for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || found.length >= MOST_FILES) continue;
      const path = join(entry.parentPath, entry.name);
      const facts = await stat(path).catch(() => undefined);
      if (facts !== undefined) found.push({ path: path.slice(directory.length + 1), bytes: facts.size, modified: facts.mtime.toISOString(), mode: (facts.mode & 0o777).toString(8) });
    }
    return found;
  } catch (error) {
    return `${directory} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`;
  }
}
