import { randomBytes } from 'node:crypto';
import type { Clock, FrameSocket } from '../../protocol/session/contract.js';
import { after } from '../../protocol/session/clock.js';
import type { Log } from '../log.js';
import type { FleetBus } from './bus.js';
import { FleetLink } from './fleet-link.js';
import { LINK_MESSAGES, decodeAccept, decodeClose, decodeLinkMessage, decodeOpen, encodeBody, encodeLinkMessage, type LinkMessage, type OpenBody } from './link-message.js';
import { linkSubject, linksTo, senderOf } from './subjects.js';

/** Links one other controller may hold with this one. */
const MOST_LINKS = 50_000;

/** What an agent's holder answers to somebody who wants a link. */
export type OpenAnswer = { readonly refusal: string } | { readonly sessionId: string; attach(socket: FrameSocket): void };

export interface LinksParts {
  readonly bus: FleetBus;
  readonly prefix: string;
  readonly node: string;
  readonly maxFrameBytes: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds for the answer to a wish for a link. */
  readonly openTimeout: number;
  onOpen(from: string, wish: OpenBody): OpenAnswer;
}

/** Who wants a link is told once: the socket to be taken over at once, or why there is none. */
export interface Opening {
  onAccepted(sessionId: string, link: FleetLink): void;
  onFailed(why: string): void;
}

interface Wish extends Opening { readonly stopTimer: () => void; readonly to: string }

export interface LinkFigures {
  readonly links: number;
  /** Messages that could not be read, or came from somebody they could not come from. */
  readonly malformed: number;
  /** Links that ended because messages were lost or made no sense. */
  readonly broken: number;
}

/** All links of this controller with the others. */
export class FleetLinks {
  readonly #parts: LinksParts;
  readonly #links = new Map<string, FleetLink>();
  /** By controller. */
  readonly #held = new Map<string, number>();
  readonly #wishes = new Map<string, Wish>();
  readonly #unsubscribe: () => void;
  #malformed = 0;
  #broken = 0;

  constructor(parts: LinksParts) {
    this.#parts = parts;
    this.#unsubscribe = parts.bus.subscribe(linksTo(parts.prefix, parts.node), (subject, bytes) => this.#onMessage(subject, bytes));
  }

  figures(): LinkFigures {
    return { links: this.#links.size, malformed: this.#malformed, broken: this.#broken };
  }

  /** Asks the controller `to` for a link to an agent it holds. */
  open(to: string, wish: OpenBody, opening: Opening): void {
    const id = randomBytes(8).readBigUInt64BE();
    const key = keyOf(to, id);
    const { clock, log, openTimeout } = this.#parts;
    const stopTimer = after(clock, openTimeout, log, () => this.#fail(key, `controller ${to} did not answer within ${openTimeout} ms`));
    this.#wishes.set(key, { ...opening, stopTimer, to });
    try {
      this.#publish(to, { kind: LINK_MESSAGES.open, link: id, sequence: 0, body: encodeBody(wish) });
    } catch (error) {
      this.#fail(key, error instanceof Error ? error.message : String(error));
    }
  }

  /** Ends every link, as if it had broken. */
  loseAll(why: string): void {
    for (const link of [...this.#links.values()]) link.lose(why);
    for (const key of [...this.#wishes.keys()]) this.#fail(key, why);
  }

  /** Ends the links with one controller. */
  loseWith(node: string, why: string): void {
    for (const link of [...this.#links.values()]) if (link.partner === node) link.lose(why);
    for (const [key, wish] of [...this.#wishes]) if (wish.to === node) this.#fail(key, why);
  }

  close(): void {
    this.#unsubscribe();
    for (const link of [...this.#links.values()]) link.close(1_001, 'the controller is stopping');
    for (const key of [...this.#wishes.keys()]) this.#fail(key, 'the controller is stopping');
  }

  #onMessage(subject: string, bytes: Uint8Array): void {
    const from = senderOf(subject);
    try {
      if (from === undefined) throw new TypeError(`subject ${subject} names no controller`);
      this.#route(from, decodeLinkMessage(bytes));
    } catch (error) {
      this.#malformed += 1;
      this.#parts.log[this.#malformed === 1 ? 'warn' : 'debug']({ from, bytes: bytes.length, reason: error instanceof Error ? error.message : String(error) }, 'a message of another controller was dropped');
    }
  }

  /** Throws for what cannot be read. A message of a link that has ended is nothing unusual. */
  #route(from: string, message: LinkMessage): void {
    const key = keyOf(from, message.link);
    const link = this.#links.get(key);
    if (link !== undefined) link.receive(message);
    else if (this.#wishes.has(key)) this.#answered(key, from, message);
    else if (message.kind === LINK_MESSAGES.open) this.#wanted(key, from, message);
  }

  #answered(key: string, from: string, message: LinkMessage): void {
    const wish = this.#wishes.get(key);
    if (wish === undefined) return;
    if (message.kind === LINK_MESSAGES.accept) {
      const { sessionId } = decodeAccept(message.body);
      wish.stopTimer();
      this.#wishes.delete(key);
      const link = this.#link(key, from, message.link);
      link.receive({ ...message, kind: LINK_MESSAGES.ping });   // counts it, and says that we are there
      wish.onAccepted(sessionId, link);
      return;
    }
    this.#fail(key, message.kind === LINK_MESSAGES.close ? decodeClose(message.body).reason : 'the answer was no answer');
  }

  #wanted(key: string, from: string, message: LinkMessage): void {
    const wish = decodeOpen(message.body);
    const answer = (this.#held.get(from) ?? 0) >= MOST_LINKS ? { refusal: `${MOST_LINKS} links are enough` } : this.#parts.onOpen(from, wish);
    const link = this.#link(key, from, message.link);
    if ('refusal' in answer) {
      link.close(1_013, answer.refusal);
      return;
    }
    link.message(LINK_MESSAGES.accept, encodeBody({ sessionId: answer.sessionId }));
    answer.attach(link.socket);
  }

  #link(key: string, partner: string, id: bigint): FleetLink {
    const { bus, maxFrameBytes, log } = this.#parts;
    const link = new FleetLink({
      id, partner, maxFrameBytes, maxMessageBytes: bus.maxMessageBytes, description: `link with controller ${partner} ${id.toString(36)}`,
      publish: (message) => this.#publish(partner, message),
      onEnded: (why, isLoss) => {
        this.#links.delete(key);
        this.#held.set(partner, (this.#held.get(partner) ?? 1) - 1);
        if (!isLoss) return;
        this.#broken += 1;
        log.warn({ controller: partner, reason: why }, 'a link with another controller broke');
      },
    });
    this.#links.set(key, link);
    this.#held.set(partner, (this.#held.get(partner) ?? 0) + 1);
    return link;
  }

  #publish(to: string, message: LinkMessage): void {
    const { bus, prefix, node } = this.#parts;
    bus.publish(linkSubject(prefix, to, node), encodeLinkMessage(message));
  }

  #fail(key: string, why: string): void {
    const wish = this.#wishes.get(key);
    if (wish === undefined) return;
    this.#wishes.delete(key);
    wish.stopTimer();
    wish.onFailed(why);
  }
}

function keyOf(partner: string, id: bigint): string {
  return `${partner}/${id.toString(36)}`;
}
