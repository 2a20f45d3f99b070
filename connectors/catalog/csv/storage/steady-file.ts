import { constants, open, type FileHandle } from 'node:fs/promises';
import { ConnectorError } from '../../../../protocol/model/index.js';
import { changedMeanwhile } from '../errors.js';
import { identityOf, sameContent, type FileIdentity } from './file-identity.js';

/** Opening a named pipe would otherwise wait for its writer, for ever, on one of the few threads all file access shares. */
const READ = constants.O_RDONLY | ((constants as Partial<typeof constants>).O_NONBLOCK ?? 0); // Windows has none

/** What a reader has to know of the writes this process makes itself. */
export interface OwnWrites {
  readonly readers: Set<SteadyFile>;
  /** Settles when the append under way has been made known to the readers. */
  readonly appending: Promise<void> | undefined;
}

/**
 * A file opened for one consistent read: what is read is the state the file had when it was opened, or the read fails.
 *
 * - Replacing the file (by rename, as our own updates do) leaves this handle on the old content, which is read to its end.
 * - Our own creates append behind the size noted at opening, so they are not seen and do no harm.
 * - Any other change of the same inode (rewritten in place, truncated, appended to by another program) fails the read
 *   with a retryable error. Every chunk is checked after it was read and before it is used, so no record of a mixture is
 *   ever handed out. The check compares size and modification time; a change that restores both goes unseen, and so may
 *   one within the clock tick (some milliseconds) in which the file was opened.
 */
export class SteadyFile {
  /** Named in messages; differs from the file itself where that is a snapshot of ours. */
  readonly path: string;
  readonly identity: FileIdentity;
  readonly mode: number;
  readonly owner: { readonly uid: number; readonly gid: number };
  readonly #handle: FileHandle;
  readonly #own: OwnWrites | undefined;
  #expected: FileIdentity;

  private constructor(path: string, handle: FileHandle, stats: Awaited<ReturnType<typeof statsOf>>, own: OwnWrites | undefined) {
    this.path = path;
    this.#handle = handle;
    this.identity = identityOf(stats);
    this.#expected = this.identity;
    this.mode = Number(stats.mode & 0o7777n);
    this.owner = { uid: Number(stats.uid), gid: Number(stats.gid) };
    this.#own = own;
    own?.readers.add(this);
  }

  /** Throws the system's error when the file cannot be opened, `configuration` when it is no regular file. */
  static async open(path: string, own?: OwnWrites, label = path): Promise<SteadyFile> {
    const handle = await open(path, READ);
    try {
      for (;;) {
        const stats = await statsOf(handle);
        if (!stats.isFile()) throw new ConnectorError('configuration', `${label} is not a regular file. Let csvFile name a file.`);
        // The end of the file is not settled while we append to it.
        if (own?.appending === undefined) return new SteadyFile(label, handle, stats, own);
        await own.appending;
      }
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Size in bytes at the time of opening; what was appended since is not part of this read. */
  get size(): number {
    return this.identity.size;
  }

  /** Exactly `length` bytes, fewer only at the end. Throws `retryable` when the file changed since it was opened. */
  async read(position: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, this.size - position)));
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await this.#handle.read(bytes, filled, bytes.length - filled, position + filled);
      if (bytesRead === 0) throw changedMeanwhile(this.path, 'it was read: it became shorter');
      filled += bytesRead;
    }
    await this.verify();
    return bytes;
  }

  /** Throws `retryable` when the file changed since it was opened. */
  async verify(): Promise<void> {
    for (;;) {
      const before = this.#expected;
      const now = identityOf(await statsOf(this.#handle));
      if (sameContent(now, this.#expected)) return;
      // An append of ours may have become visible before it was made known here.
      if (before === this.#expected) {
        const appending = this.#own?.appending;
        await appending;
        if (appending === undefined || before === this.#expected) throw changedMeanwhile(this.path, 'it was read');
      }
    }
  }

  /** Called by the writer of this process when it appended to the file: `from` became `to`. */
  acceptAppend(from: FileIdentity, to: FileIdentity): void {
    if (sameContent(this.#expected, from)) this.#expected = to;
  }

  async close(): Promise<void> {
    this.#own?.readers.delete(this);
    await this.#handle.close();
  }
}

function statsOf(handle: FileHandle) {
  return handle.stat({ bigint: true });
}
