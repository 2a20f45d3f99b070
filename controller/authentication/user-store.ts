import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { hashPassword, verifyPassword } from './password-hash.js';

export interface User {
  readonly name: string;
  /** As `causeway controller hash-password` prints it. */
  readonly passwordHash: string;
  readonly roles: readonly string[];
}

/** Checks at once; more wait, so that guessing cannot take all processors. */
const MAX_CHECKS = 4;
const MAX_WAITING = 100;
/** A password that was right is not hashed again for this long, in milliseconds. */
const REMEMBER = 300_000;

/** Too many password checks wait already. */
export class TooManyChecks extends Error {
  override readonly name = 'TooManyChecks';
}

/**
 * Users and their scrypt-hashed passwords. An unknown name costs as much time as a wrong password. What was right is
 * remembered as a keyed digest of name and password for a few minutes: a REST client sends its password with each request,
 * and scrypt is slow on purpose.
 */
export class UserStore {
  readonly #users: ReadonlyMap<string, User>;
  readonly #key = randomBytes(32);
  readonly #remembered = new Map<string, { readonly digest: Buffer; readonly until: number }>();
  readonly #decoy = hashPassword(randomBytes(16).toString('hex'));
  readonly #now: () => number;
  readonly #waiting: (() => void)[] = [];
  #checking = 0;

  constructor(users: readonly User[], now: () => number = Date.now) {
    this.#users = new Map(users.map((user) => [user.name, user]));
    this.#now = now;
  }

  find(name: string): User | undefined {
    return this.#users.get(name);
  }

  /** The user, or undefined when name or password is wrong. */
  async authenticate(name: string, password: string): Promise<User | undefined> {
    const user = this.#users.get(name);
    const digest = createHmac('sha256', this.#key).update(JSON.stringify([name, password])).digest();
    const known = this.#remembered.get(name);
    if (user !== undefined && known !== undefined && known.until > this.#now() && timingSafeEqual(known.digest, digest)) return user;
    const isRight = await this.#limited(async () => verifyPassword(password, user?.passwordHash ?? await this.#decoy));
    if (!isRight || user === undefined) return undefined;
    this.#remembered.set(name, { digest, until: this.#now() + REMEMBER });
    return user;
  }

  async #limited<T>(check: () => Promise<T>): Promise<T> {
    if (this.#checking >= MAX_CHECKS) {
      if (this.#waiting.length >= MAX_WAITING) throw new TooManyChecks('Too many password checks at once.');
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#checking += 1;
    try {
      return await check();
    } finally {
      this.#checking -= 1;
      this.#waiting.shift()?.();
    }
  }
}
