import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const MEBIBYTE_IN_KIB = 1_024;

/** The most a process had in memory until now, in MiB (VmHWM of proc_pid_status(5)); 0 when it is gone. */
export function peakMemory(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid ?? 0}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / MEBIBYTE_IN_KIB;
  } catch {
    return 0;
  }
}

/** What processes of that name have in memory now, shared pages counted once (Pss), in MiB. */
export function memoryOf(program: string): number {
  let total = 0;
  for (const pid of pidsOf(program)) {
    try {
      total += Number(/^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) / MEBIBYTE_IN_KIB;
    } catch {
      // It has ended meanwhile.
    }
  }
  return total;
}

function pidsOf(program: string): readonly string[] {
  try {
    return execFileSync('pgrep', ['-x', program], { encoding: 'utf8' }).trim().split('\n');
  } catch {
    return [];
  }
}
