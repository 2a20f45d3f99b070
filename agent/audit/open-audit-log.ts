import { chmod, mkdir } from 'node:fs/promises';
import type { SecretReference } from '../config/secret-reference.js';
import { AuditFile } from './audit-file.js';
import { ChainedAuditLog, type ChainedAuditLogOptions } from './chained-audit-log.js';
import { keyedChain, plainChain, type ChainHash } from './chain-hash.js';
import { lockDirectory } from './directory-lock.js';
import { DiskReserve } from './disk-reserve.js';
import { eventFields } from './event-fields.js';
import { HeadFile, type ChainEnd } from './head-file.js';
import { LineWriter, type LineWriterOptions } from './line-writer.js';
import { recoverChain } from './recover.js';
import { Shipper } from './shipping/shipper.js';
import type { Sink } from './shipping/sink.js';

export interface AuditLogOptions extends ChainedAuditLogOptions, Pick<LineWriterOptions, 'rotateSize' | 'rotateAge' | 'writeTimeout' | 'origin'> {
  /** Makes the chain one that only holders of the key can make. Undefined: anybody can check it. */
  readonly key?: SecretReference | undefined;
  /** Milliseconds. */
  readonly fsyncInterval: number;
  readonly shipping: readonly { readonly name: string; readonly content: 'lines' | 'anchors'; readonly sink: Sink }[];
}

/** Shorter keys can be guessed. Bytes. */
const LEAST_KEY_BYTES = 16;

export async function chainOf(key: SecretReference | undefined): Promise<ChainHash> {
  if (key === undefined) return plainChain;
  const text = (await key.resolve()).reveal();
  if (Buffer.byteLength(text) < LEAST_KEY_BYTES) throw new Error(`audit.key: the key from ${key.toString()} is shorter than ${LEAST_KEY_BYTES} bytes; make one with: openssl rand -base64 32`);
  return keyedChain(text);
}

/**
 * Opens the audit log: takes the directory, finds the end of the chain, sets a torn tail aside, and goes on with the chain.
 * Rejects when the directory cannot be had or the chain cannot be read.
 */
export async function openAuditLog(options: AuditLogOptions): Promise<ChainedAuditLog> {
  const { directory, log, clock } = options;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await chmod(directory, 0o700);
  const chain = await chainOf(options.key);
  const lock = await lockDirectory(directory);
  try {
    const { end, notes } = await recoverChain(directory, (keyId) => (keyId === chain.keyId ? chain : keyId === undefined ? plainChain : undefined));
    const reserve = new DiskReserve(directory);
    await reserve.keep();
    // With another key (or the first one) a file of its own begins: all lines of a file are chained in one way.
    const file = end === undefined || end.keyId !== chain.keyId ? undefined : await AuditFile.resume(directory, end.file, end.size, end.begunAt);
    const writer = new LineWriter({
      ...writerOptions(options), chain, reserve, log, clock,
      onProgress: (rotated) => { whole.onProgress(rotated); },
    }, await HeadFile.open(directory, chain), end, file);
    const shippers = options.shipping.map((target) => new Shipper({
      ...target, directory, clock, log, safe: (): ChainEnd => writer.safe, tell: (event) => writer.append(eventFields(event), 'nothing'),
    }));
    const whole = new ChainedAuditLog(options, { writer, shippers, lock });
    for (const note of notes) {
      log.error({ ...note.detail, note: note.kind }, 'The audit log was not found as it should be; it is told in the log itself.');
      void writer.append(eventFields(note), 'nothing');
    }
    await whole.start();
    return whole;
  } catch (error) {
    await lock.release().catch(() => undefined);
    throw error;
  }
}

function writerOptions({ directory, rotateSize, rotateAge, writeTimeout, origin, fsync, fsyncInterval }: AuditLogOptions) {
  return { directory, rotateSize, rotateAge, writeTimeout, origin, fsyncInterval: fsync === 'never' ? undefined : fsyncInterval };
}
