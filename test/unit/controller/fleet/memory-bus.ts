import { LeaseTaken, type BucketEntry, type FleetBus, type LeaseBucket } from '../../../../controller/fleet/bus.js';

interface Subscriber { readonly prefix: string; readonly onMessage: (subject: string, bytes: Uint8Array) => void }

/** A message service in memory, which several controllers of a test share. */
export class MemoryBroker {
  readonly #subscribers = new Set<Subscriber>();
  readonly #buckets = new Map<string, MemoryBucket>();
  /** Looked at for each message: false loses it. */
  delivers: (subject: string, bytes: Uint8Array) => boolean = () => true;

  bucket(name: string): MemoryBucket {
    const known = this.#buckets.get(name) ?? new MemoryBucket();
    this.#buckets.set(name, known);
    return known;
  }

  connect(): MemoryBus {
    const listeners = new Set<(isUp: boolean) => void>();
    const own = new Set<Subscriber>();
    let isUp = true;
    const turn = (up: boolean): void => {
      isUp = up;
      for (const listener of listeners) listener(up);
    };
    return {
      get isUp() { return isUp; },
      maxMessageBytes: 1_048_576,
      publish: (subject, bytes) => {
        if (!isUp) throw new Error('the bus is down');
        if (!this.delivers(subject, bytes)) return;
        const copy = Uint8Array.from(bytes);
        setImmediate(() => { for (const { prefix, onMessage } of this.#subscribers) if (subject.startsWith(prefix)) onMessage(subject, copy); });
      },
      subscribe: (subject, onMessage) => {
        const subscriber = { prefix: subject.replace(/>$/, ''), onMessage };
        this.#subscribers.add(subscriber);
        own.add(subscriber);
        return () => this.#subscribers.delete(subscriber);
      },
      bucket: async (name) => {
        if (!isUp) throw new Error('the bus is down');
        return this.bucket(name);
      },
      onChange: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      close: async () => { for (const subscriber of own) this.#subscribers.delete(subscriber); },
      turn,
    };
  }
}

export interface MemoryBus extends FleetBus {
  /** Takes the connection away, or gives it back. */
  turn(isUp: boolean): void;
}

export class MemoryBucket implements LeaseBucket {
  readonly entries = new Map<string, BucketEntry>();
  readonly #watchers = new Set<(entry: BucketEntry) => void>();
  #revision = 0;

  async get(key: string): Promise<BucketEntry | undefined> {
    return this.entries.get(key);
  }

  async put(key: string, value: Uint8Array): Promise<number> {
    return this.#write(key, value);
  }

  async update(key: string, value: Uint8Array, revision: number): Promise<number> {
    if ((this.entries.get(key)?.revision ?? 0) !== revision) throw new LeaseTaken(`${key} is another's`);
    return this.#write(key, value);
  }

  async delete(key: string): Promise<void> {
    this.#write(key, undefined);
  }

  async watch(onEntry: (entry: BucketEntry) => void): Promise<() => void> {
    for (const entry of this.entries.values()) onEntry(entry);
    this.#watchers.add(onEntry);
    return () => this.#watchers.delete(onEntry);
  }

  #write(key: string, value: Uint8Array | undefined): number {
    const entry = { key, value, revision: ++this.#revision };
    this.entries.set(key, entry);
    for (const watcher of this.#watchers) watcher(entry);
    return entry.revision;
  }
}
