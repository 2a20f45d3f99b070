import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/** USER_HZ, which is 100 on every Linux that runs Node. */
const TICKS_PER_SECOND = 100;
const KEPT_OUTPUT = 20_000;

/** A server under measurement: a process of its own, started from its shipped command. */
export class MeasuredServer {
  readonly name: string;
  /** `performance.now()` just before the process was started. */
  readonly startedAt: number;
  readonly #child: ChildProcess;
  #output = '';
  #ended = false;

  /** Its standard input stays open until it is killed: our Java programs end when that closes. */
  constructor(name: string, command: string, args: readonly string[]) {
    this.name = name;
    this.startedAt = performance.now();
    this.#child = spawn(command, [...args], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, NODE_OPTIONS: '' } });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => { this.#output = (this.#output + chunk.toString()).slice(-KEPT_OUTPUT); });
    }
    this.#child.once('error', (error) => { this.#output += error.message; });
    this.#child.once('close', () => { this.#ended = true; });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isRunning(): boolean {
    return !this.#ended;
  }

  /** The end of what it wrote, for messages. */
  tail(): string {
    return `--- last output of ${this.name}\n${this.#output.slice(-4000)}`;
  }

  /** Processor time so far of it and its children, in seconds. */
  cpuSeconds(): number {
    return family(this.pid).reduce((sum, pid) => sum + cpuSecondsOf(pid), 0);
  }

  /** Most memory it and its children ever held, in bytes (VmHWM). */
  peakBytes(): number {
    return family(this.pid).reduce((sum, pid) => sum + peakBytesOf(pid), 0);
  }

  /** Memory it and its children hold now, in bytes (VmRSS). */
  residentBytes(): number {
    return family(this.pid).reduce((sum, pid) => sum + residentBytesOf(pid), 0);
  }

  async kill(): Promise<void> {
    if (this.#ended) return;
    const closed = new Promise((resolve) => { this.#child.once('close', resolve); });
    this.#child.kill('SIGKILL');
    await closed;
  }
}

/** Fields of /proc/PID/stat from the state on. */
function statOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
}

/** utime, stime, and those of children that have ended. */
export function cpuSecondsOf(pid: number): number {
  return statOf(pid).slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND;
}

const peakBytesOf = (pid: number): number => statusBytes(pid, /^VmHWM:\s+(\d+) kB/m);
const residentBytesOf = (pid: number): number => statusBytes(pid, /^VmRSS:\s+(\d+) kB/m);

function statusBytes(pid: number, line: RegExp): number {
  const kibibytes = line.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kibibytes === undefined) throw new Error(`/proc/${pid}/status has no ${line.source}`);
  return Number(kibibytes) * 1024;
}

/** The process and those it started that still run. */
function family(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      parents.set(Number(entry), Number(statOf(Number(entry))[1]));
    } catch {
      // it ended meanwhile
    }
  }
  const isOfIt = (each: number | undefined): boolean => each !== undefined && (each === pid || isOfIt(parents.get(each)));
  return [...parents.keys()].filter(isOfIt);
}
