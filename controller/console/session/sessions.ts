import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { UserStore } from '../../authentication/user-store.js';
import type { EndedSessions } from './ended-sessions.js';
import { openToken, sealToken } from './sealed-token.js';
import type { SessionKeys } from './session-keys.js';

/** Somebody who is signed in. Times: milliseconds since 1970. */
export interface Session {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly method: 'password' | 'oidc';
  /** It ends then, used or not. */
  readonly endsAt: number;
  readonly usedAt: number;
}

export interface SessionParts {
  readonly keys: SessionKeys;
  readonly ended: EndedSessions;
  readonly users: UserStore;
  /** Milliseconds. */
  readonly life: number;
  readonly idle: number;
  readonly now?: (() => number) | undefined;
}

/** A cookie is made anew when its last use is so long ago: not with each request. Milliseconds. */
const REFRESH = 60_000;

const claims = z.object({
  jti: z.string(), sub: z.string(), roles: z.array(z.string()), method: z.enum(['password', 'oidc']), ends: z.number(), used: z.number(), credential: z.string().optional(),
});

/** Sessions in sealed cookies: what a cookie says counts until its idle time or its life is over, or it was signed out of. */
export class Sessions {
  readonly #parts: SessionParts;
  readonly #now: () => number;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#now = parts.now ?? Date.now;
  }

  /** A new session, as the value of its cookie. */
  async open({ name, roles, method }: Pick<Session, 'name' | 'roles' | 'method'>): Promise<string> {
    const now = this.#now();
    return this.#seal({ id: randomUUID(), name, roles, method, endsAt: now + this.#parts.life, usedAt: now });
  }

  /** The session of a cookie; undefined when it does not count. A local user's roles are those of now; a changed password ends it. */
  async read(token: string): Promise<Session | undefined> {
    const { keys, ended, users, idle } = this.#parts;
    const now = this.#now();
    const parsed = claims.safeParse(await openToken(keys, 'session', token, now));
    if (!parsed.success) return undefined;
    const { jti: id, sub: name, method, ends: endsAt, used: usedAt, credential } = parsed.data;
    if (endsAt <= now || usedAt + idle <= now || await ended.hasEnded(id)) return undefined;
    if (method === 'oidc') return { id, name, method, endsAt, usedAt, roles: parsed.data.roles };
    const user = users.find(name);
    return user === undefined || credential !== credentialOf(user.passwordHash) ? undefined : { id, name, method, endsAt, usedAt, roles: user.roles };
  }

  /** The cookie's next value, when it is time for one. */
  async refreshed(session: Session): Promise<string | undefined> {
    const now = this.#now();
    return now - session.usedAt < REFRESH ? undefined : this.#seal({ ...session, usedAt: now });
  }

  async end({ id, endsAt }: Pick<Session, 'id' | 'endsAt'>): Promise<void> {
    await this.#parts.ended.end(id, endsAt);
  }

  #seal({ id, name, roles, method, endsAt, usedAt }: Session): Promise<string> {
    const { keys, users, idle } = this.#parts;
    const user = method === 'password' ? users.find(name) : undefined;
    const credential = user === undefined ? {} : { credential: credentialOf(user.passwordHash) };
    return sealToken(keys, 'session', { jti: id, sub: name, roles: [...roles], method, ends: endsAt, used: usedAt, ...credential }, Math.min(endsAt, usedAt + idle));
  }
}

/** Tells one password from the next without saying anything about either. */
function credentialOf(passwordHash: string): string {
  return createHash('sha256').update(`console session ${passwordHash}`).digest('base64url').slice(0, 22);
}
