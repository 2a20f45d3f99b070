import type { SessionLog } from './contract.js';
import { CONNECTORS_CHANGED } from './features.js';
import type { SessionGroup } from './group.js';
import type { GroupTable } from './group-table.js';
import type { OwnSessionIds } from './own-session-ids.js';

const REASON = 'the connector list has grown';
/** What a socket that is let go gets to finish its writes. Milliseconds. */
const RETIRE = 10_000;

interface RenewalParts {
  readonly role: 'dialler' | 'listener';
  readonly groups: GroupTable;
  readonly ids: OwnSessionIds;
  readonly log: SessionLog;
}

/**
 * A Java peer asks for connectors when the first socket of a group joins, and never again. So that it learns of new ones,
 * its next socket is led into a group of another session. A dialler sees to that itself: one socket is let go, its successor
 * opens the new group, and the old one ends when nothing is under way in it any more, so that no operation is cut. A
 * listener can only wait for the peer: a Java dialler of release 2.0.1 does not come back when its sockets are closed.
 */
export class SessionRenewal {
  readonly #parts: RenewalParts;
  readonly #leaving = new Set<SessionGroup>();

  constructor(parts: RenewalParts) {
    this.#parts = parts;
  }

  /** A group that gives way to a new session; its end is no reason for yet another one. */
  isLeaving(group: SessionGroup): boolean {
    return this.#leaving.has(group);
  }

  begin(): void {
    const { role, groups, ids } = this.#parts;
    const current = groups.all.filter((group) => !this.#leaving.has(group));
    const java = current.filter((group) => !group.features.has(CONNECTORS_CHANGED));
    if (java.length === 0) return;
    if (role === 'dialler') ids.renew();
    // A dialler has one id for all: what goes on under the old one must not be mixed with what begins under the new one.
    for (const group of role === 'dialler' ? current : java) {
      groups.detach(group);
      this.#leaving.add(group);
      if (role === 'dialler') this.#letOneGo(group);
      else this.#waitFor(group);
    }
    this.review();
  }

  /** A group was opened, or one has become idle. */
  review(): void {
    if (this.#parts.role === 'listener') return;
    for (const group of this.#leaving) {
      const { links } = group.outbox;
      const successor = this.#parts.groups.find(group.principal, group.peerSessionId);
      // The only socket cannot wait for its successor: it has to go first.
      if (group.executing.size > 0 || (successor?.isOperational !== true && links.length !== 1)) continue;
      const last = [...links];
      group.close(REASON);
      for (const link of last) link.close(1001, REASON);
    }
  }

  onRemoved(group: SessionGroup): void {
    this.#leaving.delete(group);
  }

  #letOneGo({ principal, outbox: { links } }: SessionGroup): void {
    this.#parts.log.info({ principal }, 'The connector list has grown; the session with the peer is renewed.');
    const [first] = links;
    if (first !== undefined && links.length > 1) first.retire(AbortSignal.timeout(RETIRE)).catch(() => undefined);
  }

  #waitFor({ principal, peerSessionId }: SessionGroup): void {
    this.#parts.ids.changeTowards(peerSessionId);
    this.#parts.log.warn({ principal },
      'The connector list has grown; a Java controller that dialled in asks for it again only when it opens a new connection. Restart its connection to see the new connectors.');
  }
}
