import { randomUUID } from 'node:crypto';
import { constants, readFileSync, readlinkSync } from 'node:fs';
import { open, stat, unlink, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectorError } from '../../../../protocol/model/index.js';
import { hasCode } from '../errors.js';

/** Times in milliseconds. */
export interface LockTimes {
  /** How long to wait for another process. */
  readonly wait: number;
  /** A holder shows this often that it lives. */
  readonly heartbeat: number;
  /** A lock that shows no sign of life for so long is taken away. */
  readonly stale: number;
}

const TIMES: LockTimes = { wait: 60_000, heartbeat: 5_000, stale: 20_000 };

/** `host` for people, `machine` to know whether `pid` is a process here. */
interface Holder { readonly id: string; readonly pid: number; readonly host: string; readonly machine: string }

/**
 * This machine since it was started, and in a container its own numbering of processes. The host name alone would take a process of
 * a machine or container with the same name for a dead one of ours.
 */
export const MACHINE = [hostname(), linux(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')), linux(() => readlinkSync('/proc/self/ns/pid'))].join(' ').trim();

/** Empty on other systems. */
function linux(read: () => string): string {
  try {
    return read().trim();
  } catch {
    return '';
  }
}

export interface HeldLock {
  /** Throws `retryable` when the lock was taken away, because this process stood still for too long. */
  assertHeld(): Promise<void>;
  release(): Promise<void>;
}

/** Locks this process holds: a lock with our pid that is not among them was left by a process that had it before. */
const ours = new Set<string>();

/** Whoever may write beside the file may have put anything there: a pipe, a link, a gigabyte. */
const READ = constants.O_RDONLY | ((constants as Partial<typeof constants>).O_NONBLOCK ?? 0) | ((constants as Partial<typeof constants>).O_NOFOLLOW ?? 0);
const LOCK_BYTES = 1024;

/** Undefined for no lock, and for one that is none of ours. */
async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const handle = await open(path, READ);
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(LOCK_BYTES), 0, LOCK_BYTES, 0);
      return holderIn(JSON.parse(buffer.toString('utf8', 0, bytesRead)));
    } finally {
      await handle.close();
    }
  } catch (error) {
    // ESPIPE, EAGAIN: a pipe. ELOOP: a link.
    if (error instanceof SyntaxError || hasCode(error, 'ENOENT', 'ESPIPE', 'EAGAIN', 'ELOOP', 'EISDIR')) return undefined;
    throw error;
  }
}

function holderIn(value: unknown): Holder | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { id, pid, host, machine } = value as Readonly<Record<string, unknown>>;
  const isOne = typeof id === 'string' && typeof host === 'string' && Number.isSafeInteger(pid) && (pid as number) > 0;
  return isOne ? { id, pid: pid as number, host: host.slice(0, 255), machine: typeof machine === 'string' ? machine : '' } : undefined;
}

function isDead({ id, pid, machine }: Holder): boolean {
  if (machine !== MACHINE) return false;
  if (pid === process.pid) return !ours.has(id);
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return hasCode(error, 'ESRCH');
  }
}

const newHolder = (): Holder => ({ id: randomUUID(), pid: process.pid, host: hostname(), machine: MACHINE });

async function tryCreate(path: string, holder: Holder): Promise<boolean> {
  try {
    const handle = await open(path, 'wx', 0o644);
    try {
      await handle.writeFile(JSON.stringify(holder));
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Watches a foreign lock for signs of life; by its own clock, since the file server's may differ. */
class Watch {
  readonly #staleAfter: number;
  #seen = '';
  #since = performance.now();

  constructor(staleAfter: number) {
    this.#staleAfter = staleAfter;
  }

  async isStale(path: string): Promise<boolean> {
    const holder = await readHolder(path);
    if (holder !== undefined && isDead(holder)) return true;
    const stats = await stat(path).catch(() => undefined);
    if (stats === undefined) return false;
    const sign = `${holder?.id ?? ''} ${stats.mtimeMs}`;
    if (sign !== this.#seen) {
      this.#seen = sign;
      this.#since = performance.now();
    }
    return performance.now() - this.#since > this.#staleAfter;
  }
}

/** Removes a stale lock. A guard makes sure that only one process does, and that it removes the one it judged. */
async function breakLock(path: string, watch: Watch, times: LockTimes): Promise<void> {
  const guard = `${path}.break`;
  if (!await tryCreate(guard, newHolder())) {
    const stats = await stat(guard).catch(() => undefined);
    if (stats !== undefined && Date.now() - stats.mtimeMs > times.stale) await unlink(guard).catch(() => undefined);
    return;
  }
  try {
    if (await watch.isStale(path)) await unlink(path).catch(() => undefined);
  } finally {
    await unlink(guard).catch(() => undefined);
  }
}

function held(path: string, id: string, times: LockTimes): HeldLock {
  // Nobody takes a lock away before it is stale, so it need not be looked at all the time.
  let sureUntil = performance.now() + times.stale / 2;
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, times.heartbeat);
  heartbeat.unref();
  const isOurs = async (): Promise<boolean> => {
    const asked = performance.now();
    if (asked < sureUntil) return true;
    const found = (await readHolder(path))?.id === id;
    if (found) sureUntil = asked + times.stale / 2;
    return found;
  };
  return {
    async assertHeld() {
      if (!await isOurs()) throw new ConnectorError('retryable', `The lock ${path} was taken by another process because this one did not answer for long. Nothing was changed; try again.`);
    },
    async release() {
      clearInterval(heartbeat);
      if (await isOurs()) await unlink(path).catch(() => undefined);
      ours.delete(id);
    },
  };
}

/**
 * Takes the lock that keeps several agents on one file from overwriting each other's work: a file that names its holder.
 * Programs that do not know it are noticed by the identity of the data file instead. Throws `retryable` after `wait`.
 */
export async function lockFile(path: string, times: LockTimes = TIMES): Promise<HeldLock> {
  const holder = newHolder();
  ours.add(holder.id);
  try {
    await waitFor(path, holder, times);
  } catch (error) {
    ours.delete(holder.id);
    throw error;
  }
  return held(path, holder.id, times);
}

async function waitFor(path: string, holder: Holder, times: LockTimes): Promise<void> {
  const watch = new Watch(times.stale);
  const deadline = performance.now() + times.wait;
  for (let pause = 2; ; pause = Math.min(pause * 2, 100)) {
    if (await tryCreate(path, holder)) return;
    if (await watch.isStale(path)) {
      await breakLock(path, watch, times);
    } else if (performance.now() > deadline) {
      const other = await readHolder(path);
      throw new ConnectorError('retryable', `The lock ${path} is held by ${other === undefined ? 'another process' : `process ${other.pid} on ${other.host}`}. Try again; if no agent runs there, remove the lock file.`);
    } else {
      await sleep(pause);
    }
  }
}
