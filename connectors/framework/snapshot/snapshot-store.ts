import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SnapshotWriter } from './snapshot-file.js';

const ENDING = '.snapshot';
const DRAFT_ENDING = '.draft';
const TOLD_ENDING = '.told';
/** Broken off runs from one snapshot that can be continued; older ones are repeated from the snapshot. */
const TOLD_RUNS = 4;
/** A draft this old was left by a crash. Milliseconds. */
const STALE_DRAFT = 24 * 60 * 60 * 1000;
/** Time in base 36, padded, so that names sort by age; then random, so that two runs never meet. */
const ID = /^[0-9a-z]{9}-[0-9a-f]{12}$/;

/** Sorts behind `newest`, also when the clock was put back. */
function newId(newest = ''): string {
  const time = Math.max(Date.now(), newest === '' ? 0 : parseInt(newest, 36) + 1);
  return `${time.toString(36).padStart(9, '0')}-${randomBytes(6).toString('hex')}`;
}

/** Ids, the oldest first. */
function snapshotsAmong(names: readonly string[]): string[] {
  return names.filter((name) => name.endsWith(ENDING)).map((name) => name.slice(0, -ENDING.length)).filter(isSnapshotId).sort();
}

async function syncDirectory(directory: string): Promise<void> {
  // Windows cannot open directories; there the rename alone has to do.
  const handle = await open(directory, 'r').catch(() => undefined);
  try {
    await handle?.sync().catch(() => undefined);
  } finally {
    await handle?.close();
  }
}

/** A snapshot being written. Nobody sees it before `commit`. */
export interface SnapshotDraft {
  add(uid: string, content: Buffer): Promise<void>;
  /** Makes it lasting and gives its id. */
  commit(): Promise<string>;
  /** Removes what was not committed. Never rejects. */
  discard(): Promise<void>;
}

export function isSnapshotId(text: string): boolean {
  return ID.test(text);
}

/** The snapshots of one object class under one configuration, in a directory of their own. */
export class SnapshotStore {
  readonly directory: string;

  constructor(stateDirectory: string, objectClass: string) {
    // A digest, because object class names may hold what file names must not.
    const name = createHash('sha256').update(objectClass).digest('hex').slice(0, 16);
    this.directory = join(stateDirectory, 'snapshots', name);
  }

  /** Path of a snapshot that exists; undefined for anything else, e.g. an id of another agent. */
  async find(id: string): Promise<string | undefined> {
    if (!ID.test(id)) return undefined;
    const path = this.#path(id);
    return (await stat(path).then((entry) => entry.isFile(), () => false)) ? path : undefined;
  }

  /** An id for a run from a snapshot, and where what it tells is noted. */
  newRun(base: string): { readonly run: string; readonly path: string } {
    const run = newId();
    return { run, path: this.toldPath(base, run) };
  }

  toldPath(base: string, run: string): string {
    return join(this.directory, `${base}.${run}${TOLD_ENDING}`);
  }

  async draft(): Promise<SnapshotDraft> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const path = join(this.directory, newId() + DRAFT_ENDING);
    const writer = await SnapshotWriter.create(path);
    let open = true;
    return {
      add: (uid, content) => writer.add(uid, content),
      commit: async () => {
        await writer.finish();
        const id = newId(snapshotsAmong(await readdir(this.directory)).at(-1));
        await rename(path, this.#path(id));
        open = false;
        await syncDirectory(this.directory);
        return id;
      },
      discard: async () => {
        if (!open) return;
        open = false;
        await writer.abandon().catch(() => undefined);
        await rm(path, { force: true }).catch(() => undefined);
      },
    };
  }

  /**
   * Removes all but the newest `retain` snapshots and the one at `used`, whose token is still in use, what was told from those
   * that go, and drafts a crash left behind. Never rejects.
   */
  async prune(retain: number, used: string | undefined): Promise<void> {
    const names = await readdir(this.directory).catch(() => []);
    const snapshots = snapshotsAmong(names).reverse();
    const stale = await Promise.all(names.filter((name) => name.endsWith(DRAFT_ENDING)).map((name) => this.#ifStale(name)));
    const old = snapshots.slice(retain).filter((id) => this.#path(id) !== used);
    const kept = snapshots.filter((id) => !old.includes(id));
    const told = names.filter((name) => name.endsWith(TOLD_ENDING)).sort().reverse();
    const continued = kept.flatMap((base) => told.filter((name) => name.startsWith(`${base}.`)).slice(0, TOLD_RUNS));
    const dropped = [...old.map((id) => id + ENDING), ...told.filter((name) => !continued.includes(name)), ...stale.filter((name) => name !== undefined)];
    await Promise.all(dropped.map((name) => rm(join(this.directory, name), { force: true }).catch(() => undefined)));
  }

  #path(id: string): string {
    return join(this.directory, id + ENDING);
  }

  async #ifStale(name: string): Promise<string | undefined> {
    const entry = await stat(join(this.directory, name)).catch(() => undefined);
    return entry !== undefined && Date.now() - entry.mtimeMs > STALE_DRAFT ? name : undefined;
  }
}
