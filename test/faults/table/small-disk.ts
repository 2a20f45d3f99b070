import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { HookedProcess } from './hooked-process.js';

type Running = Parameters<HookedProcess['tell']>[1];

/** A directory that can be full. */
export interface SmallDisk {
  /** Whether it is a file system of its own, or the process that writes to it is made to believe so. */
  readonly isMounted: boolean;
  /** Not a byte is left. */
  fill(): Promise<void>;
  free(): Promise<void>;
  remove(): Promise<void>;
}

export interface SmallDiskOptions {
  readonly directory: string;
  readonly bytes: number;
  /** Who writes there: made to see a full disk where no file system can be mounted (only root may). */
  readonly hooks?: { readonly of: HookedProcess; process(): Running } | undefined;
}

const BALLAST = 'ballast';
const PIECES = [1024 * 1024, 4096, 1];

/** A file system of its own, in memory; without the right to mount one, its users' writes are made to fail. Undefined: neither can be. */
export async function smallDisk(options: SmallDiskOptions): Promise<SmallDisk | undefined> {
  const { directory, bytes, hooks } = options;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=0700`, 'tmpfs', directory], { stdio: 'pipe' });
    return new MountedDisk(directory);
  } catch {
    if (hooks === undefined) return undefined;
    const { of, process } = hooks;
    const set = (isFull: boolean): Promise<void> => of.tell({ full: isFull ? [directory] : [] }, process());
    return { isMounted: false, fill: () => set(true), free: () => set(false), remove: async () => undefined };
  }
}

/** What is to be taken away when this process ends in the middle. */
const mounted = new Set<string>();

class MountedDisk implements SmallDisk {
  readonly isMounted = true;
  readonly #directory: string;
  /** Of the file system that is ours to fill. */
  readonly #device: number;

  constructor(directory: string) {
    this.#directory = directory;
    this.#device = statSync(directory).dev;
    process.off('exit', unmountAll);
    process.once('exit', unmountAll);
    mounted.add(directory);
  }

  async fill(): Promise<void> {
    if (!mounted.has(this.#directory)) throw new Error(`${this.#directory} is gone`);
    const file = await open(join(this.#directory, BALLAST), 'a', 0o600);
    try {
      if ((await file.stat()).dev !== this.#device) throw new Error(`${this.#directory} is gone`);
      for (const size of PIECES) await fillWith(file, Buffer.alloc(size, 0x2e));
    } finally {
      await file.close();
    }
  }

  async free(): Promise<void> {
    await rm(join(this.#directory, BALLAST), { force: true });
  }

  async remove(): Promise<void> {
    unmount(this.#directory);
  }
}

function unmountAll(): void {
  mounted.forEach(unmount);
}

/** Lazily: who still has files open there keeps them until it ends. */
function unmount(directory: string): void {
  mounted.delete(directory);
  try {
    execFileSync('umount', ['-l', directory], { stdio: 'pipe' });
  } catch {
    // It is gone already.
  }
}

async function fillWith(file: Awaited<ReturnType<typeof open>>, piece: Buffer): Promise<void> {
  try {
    for (;;) await file.appendFile(piece);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}
