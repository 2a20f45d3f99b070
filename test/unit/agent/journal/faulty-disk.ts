import type { DiskFile, JournalDisk } from '../../../../agent/journal/journal-disk.js';

class NoSpace extends Error {
  readonly code: string;
  constructor(code: string) {
    super(`${code}: as the test wants it`);
    this.code = code;
  }
}

/** A directory in memory that loses what was not synced, runs full, and fails to sync, as the test says. */
export class FaultyDisk implements JournalDisk {
  readonly directory = '/test/journal';
  /** What would be there after a crash. */
  readonly durable = new Map<string, Buffer>();
  /** What the process sees. */
  readonly files = new Map<string, Buffer>();
  isFull = false;
  syncFails = false;
  syncs = 0;
  /** Called before a sync takes effect. */
  onSync: () => Promise<void> = async () => undefined;
  /** After a failed sync the system believes the pages to be clean: a later one succeeds and writes nothing of them. */
  readonly poisoned = new Set<string>();

  names(): Promise<readonly string[]> {
    return Promise.resolve([...this.files.keys()]);
  }

  async read(name: string): Promise<Buffer> {
    return Buffer.from(this.files.get(name) ?? this.#missing(name));
  }

  async readAt(name: string, offset: number, length: number): Promise<Buffer> {
    return (await this.read(name)).subarray(offset, offset + length);
  }

  async create(name: string, head: Buffer, size: number): Promise<DiskFile> {
    if (this.isFull) throw new NoSpace('ENOSPC');
    const content = Buffer.alloc(Math.max(size, head.length));
    head.copy(content);
    this.files.set(name, content);
    this.durable.set(name, Buffer.from(content));
    const visible = (): Buffer => this.files.get(name) ?? this.#missing(name);
    return {
      write: async (bytes, position) => { bytes.copy(visible(), position); },
      sync: async () => {
        this.syncs++;
        await this.onSync();
        if (this.syncFails) {
          this.poisoned.add(name);
          throw new NoSpace('EIO');
        }
        if (!this.poisoned.has(name)) this.durable.set(name, Buffer.from(visible()));
      },
      truncate: async (to) => {
        this.files.set(name, Buffer.from(visible().subarray(0, to)));
        if (!this.poisoned.has(name)) this.durable.set(name, Buffer.from(visible()));
      },
      close: async () => undefined,
    };
  }

  async replace(name: string, bytes: Buffer): Promise<void> {
    if (this.isFull) throw new NoSpace('ENOSPC');
    this.files.set(name, Buffer.from(bytes));
    this.durable.set(name, Buffer.from(bytes));
  }

  async remove(name: string): Promise<void> {
    this.files.delete(name);
    this.durable.delete(name);
  }

  /** The disk as the next process finds it. */
  afterCrash(): FaultyDisk {
    const next = new FaultyDisk();
    for (const [name, bytes] of this.durable) {
      next.files.set(name, Buffer.from(bytes));
      next.durable.set(name, Buffer.from(bytes));
    }
    return next;
  }

  #missing(name: string): never {
    throw Object.assign(new Error(`no file ${name}`), { code: 'ENOENT' });
  }
}
