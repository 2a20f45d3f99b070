import { readFile } from 'node:fs/promises';
import { Kvm, type KV } from '@nats-io/kv';
import { connect, credsAuthenticator, usernamePasswordAuthenticator, type Authenticator, type NatsConnection } from '@nats-io/transport-node';
import type { FleetConfig } from '../config/fleet-config.js';
import type { Log } from '../log.js';
import { LeaseTaken, type BucketEntry, type FleetBus, type LeaseBucket } from './bus.js';
import { inboxOf } from './subjects.js';

const RECONNECT_MS = 500;
/** NATS answers "wrong last sequence" with it (github.com/nats-io/nats-server, server/errors.json). */
const WRONG_LAST_SEQUENCE = 10_071;
const BUCKET_BYTES = 64 * 1_024 ** 2;
const REQUEST_MS = 2_000;

/**
 * A connection to NATS, by mutual TLS and the controller's own credentials. Resolves when it is up, however long that takes;
 * comes back by itself after it was lost. Rejects when a file cannot be read, or `stop` fires.
 */
export async function connectNats(config: FleetConfig, log: Log, stop: AbortSignal): Promise<FleetBus> {
  const { servers, tls: { certificate, key, ca }, heartbeatInterval } = config;
  const authenticator = await authenticatorOf(config);
  await Promise.all([certificate, key, ca].map((file) => readFile(file)));
  const connecting = connect({
    servers: [...servers], name: `causeway ${config.node}`, tls: { certFile: certificate, keyFile: key, caFile: ca, handshakeFirst: false },
    ...(authenticator === undefined ? {} : { authenticator }),
    inboxPrefix: inboxOf(config.subjectPrefix, config.node), waitOnFirstConnect: true, maxReconnectAttempts: -1, reconnectTimeWait: RECONNECT_MS, reconnectJitter: RECONNECT_MS, reconnectJitterTLS: RECONNECT_MS,
    ignoreAuthErrorAbort: true, pingInterval: heartbeatInterval, maxPingOut: 2, timeout: 5_000,
  });
  const stopped = new Promise<never>((_resolve, reject) => { stop.addEventListener('abort', () => reject(new Error('stopped')), { once: true }); });
  connecting.then((connection) => { if (stop.aborted) void connection.close(); }, () => undefined);
  const connection = await Promise.race([connecting, stopped]);
  return new NatsBus(connection, log);
}

async function authenticatorOf({ user, passwordFile, credentialsFile }: FleetConfig): Promise<Authenticator[] | undefined> {
  const found: Authenticator[] = [];
  if (user !== undefined && passwordFile !== undefined) found.push(usernamePasswordAuthenticator(user, (await readFile(passwordFile, 'utf8')).trimEnd()));
  if (credentialsFile !== undefined) found.push(credsAuthenticator(await readFile(credentialsFile)));
  return found.length === 0 ? undefined : found;
}

class NatsBus implements FleetBus {
  readonly #connection: NatsConnection;
  readonly #listeners = new Set<(isUp: boolean) => void>();
  #isUp = true;

  constructor(connection: NatsConnection, log: Log) {
    this.#connection = connection;
    this.#follow(log).catch(() => undefined);
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  get maxMessageBytes(): number {
    return this.#connection.info?.max_payload ?? 1_048_576;
  }

  publish(subject: string, bytes: Uint8Array): void {
    // The library would keep it for a later connection, on which nobody waits for it.
    if (!this.#isUp) throw new Error('NATS is not connected');
    this.#connection.publish(subject, bytes);
  }

  subscribe(subject: string, onMessage: (subject: string, bytes: Uint8Array) => void): () => void {
    const subscription = this.#connection.subscribe(subject, { callback: (error, message) => { if (error === null) onMessage(message.subject, message.data); } });
    return () => { if (!subscription.isClosed()) subscription.unsubscribe(); };
  }

  async bucket(name: string, ttl: number): Promise<LeaseBucket> {
    const kv = await new Kvm(this.#connection).create(name, { ttl, history: 1, max_bytes: BUCKET_BYTES, timeout: REQUEST_MS });
    return new NatsBucket(kv);
  }

  onChange(listener: (isUp: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    await this.#connection.close();
  }

  async #follow(log: Log): Promise<void> {
    for await (const status of this.#connection.status()) {
      if (status.type === 'disconnect') this.#turn(false);
      else if (status.type === 'reconnect') this.#turn(true);
      else if (status.type === 'error') log.warn({ err: status.error }, 'NATS reports an error');
    }
    this.#turn(false);
  }

  #turn(isUp: boolean): void {
    if (this.#isUp === isUp) return;
    this.#isUp = isUp;
    for (const listener of this.#listeners) listener(isUp);
  }
}

class NatsBucket implements LeaseBucket {
  readonly #kv: KV;

  constructor(kv: KV) {
    this.#kv = kv;
  }

  async get(key: string): Promise<BucketEntry | undefined> {
    const entry = await this.#kv.get(key);
    return entry === null ? undefined : { key, value: entry.operation === 'PUT' ? entry.value : undefined, revision: entry.revision };
  }

  put(key: string, value: Uint8Array): Promise<number> {
    return this.#kv.put(key, value, { timeout: REQUEST_MS });
  }

  async update(key: string, value: Uint8Array, revision: number): Promise<number> {
    try {
      return await this.#kv.put(key, value, { previousSeq: revision, timeout: REQUEST_MS });
    } catch (error) {
      if (error instanceof Error && (error as { code?: unknown }).code === WRONG_LAST_SEQUENCE) throw new LeaseTaken(`${key} was written by somebody else`, { cause: error });
      throw error;
    }
  }

  async delete(key: string): Promise<void> {
    await this.#kv.delete(key);
  }

  async watch(onEntry: (entry: BucketEntry) => void, onEnd: () => void): Promise<() => void> {
    const entries = await this.#kv.watch();
    const follow = async (): Promise<void> => {
      for await (const { key, operation, value, revision } of entries) onEntry({ key, value: operation === 'PUT' ? value : undefined, revision });
    };
    follow().then(onEnd, onEnd);
    return () => entries.stop();
  }
}
