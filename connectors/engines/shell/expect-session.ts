import { StringDecoder } from 'node:string_decoder';
import type { Duplex } from 'node:stream';
import { ConnectorError, GuardedString } from '../../../protocol/model/index.js';
import { withoutPasteMarks } from './terminal-text.js';

/** What may come on a terminal. A pattern is ours, never one from outside: it is run in the agent's own thread. */
export type ExpectMatch =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'pattern'; readonly pattern: RegExp };

export type ExpectResult =
  /** The output up to and with the match is taken off the buffer. `before`: what came before it. */
  | { readonly kind: 'matched'; readonly index: number; readonly before: string; readonly groups: readonly string[] }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'eof' };

/** What came meanwhile. */
export type Arrival = 'more' | 'timeout' | 'eof';

/** Characters of output nobody has taken yet; at this, reading stops until some are. */
const LARGEST_BUFFER = 512 * 1024;
/** Longer than any prompt. */
const KEPT = 1024;
const CONTROL_C = '\u0003';
const CONTROL_D = '\u0004';

/**
 * A program on a terminal, talked to by sending and expecting, as Tcl's Expect does it: output gathers in a buffer, which stays
 * from one call to the next; a match takes off what it covers and everything before it.
 */
export class ExpectSession {
  /** For messages. */
  readonly name: string;
  readonly #channel: Duplex;
  readonly #decoder = new StringDecoder('utf8');
  #buffered = '';
  #taken = '';
  #arrivals = 0;
  #isOver = false;
  readonly #waiting = new Set<() => void>();

  constructor(name: string, channel: Duplex) {
    this.name = name;
    this.#channel = channel;
    channel.on('data', (chunk: Buffer) => this.#received(this.#decoder.write(chunk)));
    const over = (): void => this.#over();
    channel.once('end', over).once('close', over).on('error', over);
  }

  /** What came and was not taken yet. */
  get buffered(): string {
    return this.#buffered;
  }

  /** Grows with every lot of output; for {@link arrival}. */
  get arrivals(): number {
    return this.#arrivals;
  }

  /** The end of what was taken off the buffer since the last text was sent, {@link KEPT} characters at most. */
  get taken(): string {
    return this.#taken;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Resolves when the other side has taken it, as far as that can be known. */
  async send(text: string | GuardedString): Promise<void> {
    if (this.#isOver || !this.#channel.writable) throw this.#broken();
    this.#taken = '';
    await new Promise<void>((resolve, reject) => {
      this.#channel.write(text instanceof GuardedString ? text.reveal() : text, (error) => (error ? reject(this.#broken(error)) : resolve()));
    });
  }

  /** With a carriage return, as the Enter key sends it. */
  async sendLine(text: string | GuardedString): Promise<void> {
    await this.send(text);
    await this.send('\r');
  }

  sendControlC(): Promise<void> {
    return this.send(CONTROL_C);
  }

  sendControlD(): Promise<void> {
    return this.send(CONTROL_D);
  }

  /** Takes the first `length` characters off the buffer. */
  consume(length: number): void {
    this.#taken = (this.#taken + this.#buffered.slice(0, length)).slice(-KEPT);
    this.#buffered = this.#buffered.slice(length);
    if (this.#channel.isPaused() && this.#buffered.length < LARGEST_BUFFER) this.#channel.resume();
  }

  /** Waits until there is more than there was at `seen` arrivals. `timeout` in milliseconds; Infinity waits as long as the signal lets. */
  async arrival(seen: number, timeout: number, signal: AbortSignal): Promise<Arrival> {
    signal.throwIfAborted();
    if (this.#arrivals > seen) return 'more';
    if (this.#isOver) return 'eof';
    if (this.#buffered.length >= LARGEST_BUFFER) throw new ConnectorError('connector', `${this.name} wrote more than ${LARGEST_BUFFER} characters that nothing expected.`);
    if (timeout <= 0) return 'timeout';
    return new Promise<Arrival>((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', aborted);
        this.#waiting.delete(wake);
      };
      const wake = (): void => { done(); resolve(this.#arrivals > seen ? 'more' : 'eof'); };
      const aborted = (): void => { done(); reject(signal.reason as Error); };
      const timer = timeout === Infinity ? undefined : setTimeout(() => { done(); resolve('timeout'); }, timeout);
      signal.addEventListener('abort', aborted, { once: true });
      this.#waiting.add(wake);
    });
  }

  /** Waits for the first of several; the earlier in the list wins. Milliseconds. */
  async expect(matches: readonly ExpectMatch[], timeout: number, signal: AbortSignal): Promise<ExpectResult> {
    const deadline = Date.now() + timeout;
    for (;;) {
      const seen = this.#arrivals;
      const found = this.#find(matches);
      if (found !== undefined) return found;
      const arrival = await this.arrival(seen, deadline - Date.now(), signal);
      if (arrival !== 'more') return { kind: arrival };
    }
  }

  /** Ends the program's terminal. */
  close(): void {
    this.#channel.end();
    this.#channel.destroy();
  }

  #find(matches: readonly ExpectMatch[]): ExpectResult | undefined {
    for (const [index, match] of matches.entries()) {
      const found = match.kind === 'text' ? textAt(this.#buffered, match.text) : patternAt(this.#buffered, match.pattern);
      if (found === undefined) continue;
      const before = this.#buffered.slice(0, found.at);
      this.consume(found.at + (found.groups[0] ?? '').length);
      return { kind: 'matched', index, before, groups: found.groups };
    }
    return undefined;
  }

  #received(text: string): void {
    if (text === '') return;
    this.#buffered = withoutPasteMarks(this.#buffered, text);
    this.#arrivals++;
    if (this.#buffered.length >= LARGEST_BUFFER) this.#channel.pause();
    this.#wakeAll();
  }

  #over(): void {
    this.#isOver = true;
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  #broken(cause?: unknown): ConnectorError {
    return new ConnectorError('connectionBroken', `${this.name}: the terminal was closed by the other side.`, { cause });
  }
}

interface Found { readonly at: number; readonly groups: readonly string[] }

function textAt(buffered: string, text: string): Found | undefined {
  const at = buffered.indexOf(text);
  return at < 0 ? undefined : { at, groups: [text] };
}

function patternAt(buffered: string, pattern: RegExp): Found | undefined {
  const found = pattern.exec(buffered);
  return found === null ? undefined : { at: found.index, groups: Array.from<string | undefined>(found).map((group) => group ?? '') };
}
