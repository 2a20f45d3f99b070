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

  /** Hands the clear bytes to `use`, and overwrites them when it is done. */
  protected withClearBytes<T>(use: (clear: Buffer) => T): T {
    const tagAt = this.#sealed.length - 16;
    if (tagAt < 0) throw new Error('This guarded value was wiped.');
    const decipher = createDecipheriv('aes-256-gcm', processKey, this.#iv);
    decipher.setAuthTag(this.#sealed.subarray(tagAt));
    const clear = decipher.update(this.#sealed.subarray(0, tagAt));
    try {
      decipher.final(); // a stream cipher holds nothing back; this checks the tag
      return use(clear);
    } finally {
      clear.fill(0);
    }
  }

  /** Overwrites the sealed bytes. Revealing the value afterwards throws. */
  wipe(): void {
    this.#sealed.fill(0);
    this.#sealed = Buffer.alloc(0);
  }

  equals(other: unknown): boolean {
    if (!(other instanceof Guarded) || other.constructor !== this.constructor) return false;
    return this.withClearBytes((mine) => other.withClearBytes((theirs) => mine.length === theirs.length && timingSafeEqual(mine, theirs)));
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
    // Not Buffer.from(text): what that leaves behind in Node's shared pool nobody overwrites.
    const bytes = Buffer.alloc(clear.length * 2);
    bytes.write(clear, 'utf16le');
    super(bytes);
    bytes.fill(0);
  }

  /** The clear text. Call it where the secret is handed to the target and nowhere else. */
  reveal(): string {
    return this.withClearBytes((clear) => clear.toString('utf16le'));
  }
}

/** Secret bytes. See {@link GuardedString}. Who reveals them overwrites them when done, where it can. */
export class GuardedByteArray extends Guarded {
  reveal(): Uint8Array {
    return this.withClearBytes((clear) => new Uint8Array(clear));
  }
}
