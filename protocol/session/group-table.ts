import type { SessionGroup } from './group.js';
import { FIXED } from './limits.js';

/**
 * Groups by session id *and* principal: whoever presents another's session id gets a group of his own and none of the
 * other's results (a Java listener would merge them, protocol section 2.3).
 */
export class GroupTable {
  readonly #byKey = new Map<string, SessionGroup>();
  readonly #detached = new Set<SessionGroup>();

  get all(): readonly SessionGroup[] {
    return [...this.#byKey.values(), ...this.#detached];
  }

  find(principal: string, peerSessionId: string): SessionGroup | undefined {
    return this.#byKey.get(keyOf(principal, peerSessionId));
  }

  /** False when the table is full of groups that are up; one that is down gives way otherwise. */
  add(group: SessionGroup): boolean {
    if (this.#byKey.size >= FIXED.groups) {
      const down = this.all.find((candidate) => !candidate.isOperational);
      if (down === undefined) return false;
      down.close('too many sessions');
    }
    this.#byKey.set(keyOf(group.principal, group.peerSessionId), group);
    return true;
  }

  /** No further socket joins this group; the next one of its peer opens another. */
  detach(group: SessionGroup): void {
    this.remove(group);
    this.#detached.add(group);
  }

  remove(group: SessionGroup): void {
    this.#detached.delete(group);
    const key = keyOf(group.principal, group.peerSessionId);
    if (this.#byKey.get(key) === group) this.#byKey.delete(key);
  }
}

function keyOf(principal: string, peerSessionId: string): string {
  return JSON.stringify([principal, peerSessionId]);
}
