/** What the fleet needs of a message service; `nats-bus.ts` is the one there is, tests have one in memory. */
export interface FleetBus {
  readonly isUp: boolean;
  /** The largest message it carries, in bytes. */
  readonly maxMessageBytes: number;
  /** Messages of one publisher arrive at one subscriber in order; some may be lost. Throws when there is no connection. */
  publish(subject: string, bytes: Uint8Array): void;
  /** `subject` may end in `.>`. The result ends it. */
  subscribe(subject: string, onMessage: (subject: string, bytes: Uint8Array) => void): () => void;
  /** Finds or makes a bucket whose entries vanish `ttl` milliseconds after they were written last. Rejects while it cannot be reached. */
  bucket(name: string, ttl: number): Promise<LeaseBucket>;
  /** Told when the connection comes and goes. The result stops it. */
  onChange(listener: (isUp: boolean) => void): () => void;
  close(): Promise<void>;
}

export interface BucketEntry {
  readonly key: string;
  /** Undefined: deleted. */
  readonly value: Uint8Array | undefined;
  /** Grows with each write to the bucket. */
  readonly revision: number;
}

/** Entries by key; each write has a revision higher than all before it in the bucket. Everything rejects while the bucket cannot be reached. */
export interface LeaseBucket {
  get(key: string): Promise<BucketEntry | undefined>;
  /** Resolves with the new revision. */
  put(key: string, value: Uint8Array): Promise<number>;
  /** Writes only when `revision` is the entry's last one (0: there has never been one). Rejects with a {@link LeaseTaken} otherwise. */
  update(key: string, value: Uint8Array, revision: number): Promise<number>;
  delete(key: string): Promise<void>;
  /** The entries there are, then each write. Not told: entries that vanished. `onEnd`: nothing more will come. */
  watch(onEntry: (entry: BucketEntry) => void, onEnd: () => void): Promise<() => void>;
}

/** Somebody else has written the entry. */
export class LeaseTaken extends Error {
  override readonly name = 'LeaseTaken';
}
