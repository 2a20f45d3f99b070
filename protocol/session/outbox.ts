import { ConnectorError } from '../model/index.js';
import { Condition } from './condition.js';
import type { Clock } from './contract.js';
import type { SocketLink } from './socket-link.js';

export interface Dispatch {
  /** Milliseconds to wait for a socket when there is none; 0 fails at once. */
  readonly wait: number;
  /** Ends the waiting, not a write under way. */
  readonly signal?: AbortSignal | undefined;
  /** Taken when it can be: keeps an order that no sequence number restores. */
  readonly prefer?: SocketLink | undefined;
  /** Taken only when there is no other (hazard 26). */
  readonly avoid?: SocketLink | undefined;
  /** False: a write that fails midway is not repeated on another socket, because it may have arrived. */
  readonly repeatable: boolean;
}

const NONE: ReadonlySet<SocketLink> = new Set();

/** The sockets of a group as seen by a sender: round robin per message, the next one when a write fails (protocol section 3.3). */
export class Outbox {
  readonly #clock: Clock;
  readonly #changed = new Condition();
  readonly #links: SocketLink[] = [];
  #turn = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get links(): readonly SocketLink[] {
    return this.#links;
  }

  get hasUsable(): boolean {
    return this.#links.some((link) => link.isUsable);
  }

  add(link: SocketLink): void {
    this.#links.push(link);
    this.#changed.notify();
  }

  remove(link: SocketLink): void {
    const at = this.#links.indexOf(link);
    if (at >= 0) this.#links.splice(at, 1);
  }

  /** Something that waiting senders look at has changed: a socket settled, or none will come any more. */
  notify(): void {
    this.#changed.notify();
  }

  /** The socket whose turn it is. */
  next(how: Dispatch): SocketLink | undefined {
    return this.#pick(NONE, how);
  }

  /** Resolves with the socket that took the frame. Throws a ConnectorError when none did. */
  send(frame: Uint8Array, how: Dispatch): Promise<SocketLink> {
    return this.#send(frame, how, NONE);
  }

  /**
   * Frames whose order the peer restores, in one go. They leave by `prefer` until its connection takes no more at the moment
   * and another does: in order, they cost a Java peer a third less than dealt out to two sockets. Resolves with the socket
   * that took them; throws a ConnectorError when not all could leave.
   */
  async sendAll(frames: readonly Uint8Array[], how: Dispatch): Promise<SocketLink | undefined> {
    const link = this.#pickUncongested(how);
    if (link === undefined) {
      await this.#oneByOne(frames, how, NONE);
      return undefined;
    }
    try {
      await link.send(...frames);
    } catch {
      await this.#oneByOne(frames, how, new Set([link]));
    }
    return link;
  }

  #pickUncongested(how: Dispatch): SocketLink | undefined {
    const first = this.#pick(NONE, how);
    if (first?.isCongested !== true) return first;
    return this.#links.find((link) => link.isUsable && !link.isCongested && link !== how.avoid) ?? first;
  }

  async #oneByOne(frames: readonly Uint8Array[], how: Dispatch, tried: ReadonlySet<SocketLink>): Promise<void> {
    for (const frame of frames) await this.#send(frame, how, tried);
  }

  async #send(frame: Uint8Array, how: Dispatch, avoided: ReadonlySet<SocketLink>): Promise<SocketLink> {
    const deadline = this.#clock.now() + how.wait;
    let tried = avoided;
    for (;;) {
      const link = this.#pick(tried, how);
      if (link === undefined) {
        await this.#waitForSocket(deadline, how.signal);
        continue;
      }
      try {
        await link.send(frame);
        return link;
      } catch (error) {
        tried = new Set([...tried, link]);
        if (!how.repeatable) {
          throw new ConnectorError('connectionBroken',
            `The connection ${link.description} broke while a request was being written; whether the peer got it is unknown.`, { cause: error });
        }
      }
    }
  }

  async #waitForSocket(deadline: number, signal: AbortSignal | undefined): Promise<void> {
    const left = deadline - this.#clock.now();
    const woken = left > 0 && await this.#changed.wait(this.#clock, left, signal);
    if (!woken) throw new ConnectorError('connectionFailed', 'No connection to the peer is available at this moment; try again later.');
  }

  #pick(tried: ReadonlySet<SocketLink>, how: Dispatch): SocketLink | undefined {
    const can = (link: SocketLink) => link.isUsable && !tried.has(link);
    if (how.prefer !== undefined && this.#links.includes(how.prefer) && can(how.prefer)) return how.prefer;
    let fallback: SocketLink | undefined;
    for (let step = 0; step < this.#links.length; step++) {
      const link = this.#links[(this.#turn + step) % this.#links.length];
      if (link === undefined || !can(link)) continue;
      if (link === how.avoid) {
        fallback = link;
        continue;
      }
      this.#turn = (this.#turn + step + 1) % this.#links.length;
      return link;
    }
    return fallback;
  }
}
