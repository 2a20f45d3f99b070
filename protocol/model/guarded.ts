import { createCipheriv, createDecipheriv, randomBytes, timingSafeEqual } from 'node:crypto';
import { inspect } from 'node:util';

/**
 * Secrets at rest in this process: encrypted with a key that exists only in this process, so that a secret that strays
 * into a log, an error, a JSON document or a heap dump of our structures is not readable there.
 */
const processKey = randomBytes(32);
const MASK = '***';

abstract class Guarded {
  readonly #iv = randomBytes(12);
  #sealed: Buffer;

  constructor(clear: Uint8Array) {
    const cipher = createCipheriv('aes-256-gcm', processKey, this.#iv);
    this.#sealed = Buffer.concat([cipher.update(clear), cipher.final(), cipher.getAuthTag()]);
  }

  protected clearBytes(): Buffer {
    const tagAt = this.#sealed.length - 16;
    if (tagAt < 0) throw new Error('This guarded value was wiped.');
    const decipher = createDecipheriv('aes-256-gcm', processKey, this.#iv);
    decipher.setAuthTag(this.#sealed.subarray(tagAt));
    return Buffer.concat([decipher.update(this.#sealed.subarray(0, tagAt)), decipher.final()]);
  }

  /** Overwrites the sealed bytes. Revealing the value afterwards throws. */
  wipe(): void {
    this.#sealed.fill(0);
    this.#sealed = Buffer.alloc(0);
  }

  equals(other: unknown): boolean {
    if (!(other instanceof Guarded) || other.constructor !== this.constructor) return false;
    const mine = this.clearBytes();
    const theirs = other.clearBytes();
    return mine.length === theirs.length && timingSafeEqual(mine, theirs);
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}

/** A secret text. Only `reveal` gives it away; printing, logging and serialising give `***`. */
export class GuardedString extends Guarded {
  constructor(clear: string) {
    super(Buffer.from(clear, 'utf16le'));
  }

  /** The clear text. Call it where the secret is handed to the target and nowhere else. */
  reveal(): string {
    return this.clearBytes().toString('utf16le');
  }
}

/** Secret bytes. See {@link GuardedString}. */
export class GuardedByteArray extends Guarded {
  reveal(): Uint8Array {
    return new Uint8Array(this.clearBytes());
  }
}
