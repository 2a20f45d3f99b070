import { CALLS_AT_A_TIME, CALLS_WAITING, WAITING_CHARACTERS, type RunLimits } from '../limits.js';
import type { CallMessage, FromWorker } from './messages.js';

/** Calls that are refused without asking the host. */
const TOO_MANY_WAITING = -1;
const TOO_MANY = -2;

/**
 * A script's calls of host functions: a few at a time are with the host, some more wait for their turn, and the rest is
 * refused. `sleep` is answered here.
 */
export class CallQueue {
  readonly #limits: RunLimits;
  readonly #granted: { readonly functions: ReadonlySet<string>; readonly reveals: boolean };
  readonly #post: (message: FromWorker) => void;
  readonly #answer: (call: number, ok: boolean, text: string) => void;
  readonly #waiting: CallMessage[] = [];
  readonly #atHost = new Set<number>();
  readonly #sleeping = new Map<number, NodeJS.Timeout>();
  #waitingCharacters = 0;
  #made = 0;

  constructor(limits: RunLimits, granted: { readonly functions: ReadonlySet<string>; readonly reveals: boolean }, post: (message: FromWorker) => void, answer: (call: number, ok: boolean, text: string) => void) {
    this.#limits = limits;
    this.#granted = granted;
    this.#post = post;
    this.#answer = answer;
  }

  /** Nothing is waited for. */
  get isEmpty(): boolean {
    return this.#waiting.length + this.#atHost.size + this.#sleeping.size === 0;
  }

  /** The number of the call, or why it is refused. */
  add(name: string, text: string): number {
    if (this.#made >= this.#limits.calls) return TOO_MANY;
    const isFull = this.#waiting.length + this.#atHost.size + this.#sleeping.size >= CALLS_WAITING;
    if (isFull || this.#waitingCharacters + text.length > WAITING_CHARACTERS) return TOO_MANY_WAITING;
    const call = ++this.#made;
    if (name === 'sleep') this.#sleep(call, text);
    else if (!this.#isGranted(name)) this.#later(call, false, JSON.stringify({ kind: 'illegalArgument', message: 'There is no such function, or the script may not call it.' }));
    else if (this.#atHost.size < CALLS_AT_A_TIME) this.#send({ type: 'call', call, name, text });
    else {
      this.#waiting.push({ type: 'call', call, name, text });
      this.#waitingCharacters += text.length;
    }
    return call;
  }

  /** Takes the answer of a call; false for a call nobody waits for. */
  answered(call: number): boolean {
    const timer = this.#sleeping.get(call);
    if (timer !== undefined) {
      clearTimeout(timer);
      return this.#sleeping.delete(call);
    }
    if (!this.#atHost.delete(call)) return false;
    const next = this.#waiting.shift();
    if (next !== undefined) {
      this.#waitingCharacters -= next.text.length;
      this.#send(next);
    }
    return true;
  }

  close(): void {
    for (const timer of this.#sleeping.values()) clearTimeout(timer);
    this.#sleeping.clear();
    this.#waiting.length = 0;
  }

  #isGranted(name: string): boolean {
    return this.#granted.functions.has(name) || (name === 'reveal' && this.#granted.reveals);
  }

  #send(message: CallMessage): void {
    this.#atHost.add(message.call);
    this.#post(message);
  }

  #sleep(call: number, text: string): void {
    const milliseconds = /^\["l",(\d{1,15}(?:\.\d{1,15})?)\]$/.exec(text)?.[1];
    if (milliseconds === undefined) this.#later(call, false, JSON.stringify({ kind: 'illegalArgument', message: 'sleep takes milliseconds: a number of 0 or more.' }));
    else this.#later(call, true, 'null', Math.min(Number(milliseconds), this.#limits.timeout));
  }

  #later(call: number, ok: boolean, text: string, milliseconds = 0): void {
    this.#sleeping.set(call, setTimeout(() => { this.#answer(call, ok, text); }, milliseconds));
  }
}
