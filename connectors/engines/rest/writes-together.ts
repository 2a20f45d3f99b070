import { ConnectorError } from '../../../protocol/model/index.js';
import { abortable } from '../../framework/abortable.js';
import { sleep, type Clock } from '../../framework/clock.js';
import type { HttpAnswer } from '../http/http-client.js';
import type { Json } from './json.js';
import type { RestCall } from './rest-call.js';

/** One write of several that go in one request. */
export interface WriteTogether {
  readonly method: string;
  /** Below the service's address, from the slash, with its query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly json: Json | undefined;
}

/** What one request takes at most. */
export interface MostTogether { readonly writes: number; readonly bytes: number }

/** A request of the service that carries out several writes, and tells of each what became of it. */
export interface WritesTogether<C> {
  /** Undefined where the configuration or the service has each sent by itself. */
  most(call: RestCall<C>): Promise<MostTogether | undefined>;
  /** The answers in the writes' order, as if each had been sent by itself; undefined: the service did not come to that one. */
  send(call: RestCall<C>, writes: readonly WriteTogether[]): Promise<readonly (HttpAnswer | undefined)[]>;
}

/** Milliseconds the first write waits for others. */
const GATHERING = 10;

interface Waiting {
  readonly write: WriteTogether;
  readonly signal: AbortSignal;
  answered(answer: HttpAnswer | undefined): void;
  failed(error: unknown): void;
}

type Send = (writes: readonly WriteTogether[]) => Promise<readonly (HttpAnswer | undefined)[]>;

/** Writes of one configuration that come at the same time, for one request. */
export class WriteGathering {
  readonly #clock: Clock;
  /** Fires when the configuration is given up. */
  readonly #over: AbortSignal;
  #waiting: Waiting[] = [];

  constructor(clock: Clock, over: AbortSignal) {
    this.#clock = clock;
    this.#over = over;
  }

  /** Undefined: it was not carried out, and has to be sent by itself. */
  answer(write: WriteTogether, most: MostTogether, send: Send, signal: AbortSignal): Promise<HttpAnswer | undefined> {
    signal.throwIfAborted();
    const answer = new Promise<HttpAnswer | undefined>((answered, failed) => {
      this.#waiting.push({ write, signal, answered, failed });
      if (this.#waiting.length === 1) sleep(this.#clock, GATHERING, this.#over).then(() => this.#send(most, send), (error: unknown) => this.#fail(error));
    });
    return abortable(answer, signal);
  }

  /** Those that joined the first one have no timer of their own. */
  #fail(error: unknown): void {
    for (const { failed } of this.#take()) failed(error);
  }

  #take(): readonly Waiting[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    return waiting;
  }

  async #send(most: MostTogether, send: Send): Promise<void> {
    const waiting = this.#take().filter(({ signal }) => !signal.aborted);
    await Promise.all(groupsOf(waiting, most).map((group) => sendGroup(group, send)));
  }
}

async function sendGroup(group: readonly Waiting[], send: Send): Promise<void> {
  const [only, second] = group;
  if (second === undefined) return only?.answered(undefined);
  try {
    const answers = await send(group.map(({ write }) => write));
    for (const [index, { answered }] of group.entries()) answered(answers[index]);
  } catch (error) {
    // A service that refuses the request, for its size say, has carried out none of it.
    const isRefused = error instanceof ConnectorError && error.outcome === 'notApplied';
    for (const { answered, failed } of group) {
      if (isRefused) answered(undefined);
      else failed(error);
    }
  }
}

/** In their order. No request has two writes of one object: answers are told apart by it, and not every service keeps the order. */
function groupsOf(waiting: readonly Waiting[], most: MostTogether): readonly (readonly Waiting[])[] {
  const groups: Waiting[][] = [];
  let [bytes, objects] = [0, new Set<string>()];
  for (const one of waiting) {
    const { method, path, json } = one.write;
    const size = Buffer.byteLength(JSON.stringify({ method, path, json })) + ENVELOPE;
    const last = groups.at(-1);
    if (last === undefined || last.length >= most.writes || bytes + size > most.bytes || objects.has(path)) {
      groups.push([one]);
      [bytes, objects] = [ENVELOPE, new Set()];
    } else last.push(one);
    bytes += size;
    if (method !== 'POST') objects.add(path);
  }
  return groups;
}

/** Bytes of a request, and of each write in it, besides what is counted. */
const ENVELOPE = 256;
