import { CausewayError } from './client-error.js';

/** Characters of one row; a controller's rows are far smaller. */
const LONGEST_ROW = 64 * 1024 * 1024;

/**
 * Takes `{"result":[row,row,…],…}` apart while it comes: rows as soon as each is complete. Rows are objects; braces in texts are
 * told apart from others.
 */
export class ResultRows {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  #pending = '';
  /** Where in `#pending` to look on. */
  #at = 0;
  #start = -1;
  #depth = 0;
  #isText = false;
  #state: 'head' | 'rows' | 'tail' = 'head';
  #tail = '';

  /** The rows that a piece completes. Throws when this is no answer to a query. */
  push(piece: Uint8Array): unknown[] {
    this.#pending += this.#decoder.decode(piece, { stream: true });
    if (this.#state === 'head' && !this.#begin()) return [];
    if (this.#state === 'tail') return this.#keepTail();
    const rows: unknown[] = [];
    while (this.#at < this.#pending.length && this.#state === 'rows') this.#look(rows);
    return this.#state === 'rows' ? this.#forget(rows) : [...rows, ...this.#keepTail()];
  }

  /** What stands behind the rows. Throws when the answer was cut off. */
  end(): Readonly<Record<string, unknown>> & { readonly error?: Readonly<Record<string, unknown>> | undefined } {
    if (this.#state === 'tail') {
      try {
        return JSON.parse(`{${this.#tail.replace(/^\s*,/, '')}`) as Record<string, unknown>;
      } catch (error) {
        throw cutOff(error);
      }
    }
    throw cutOff();
  }

  #begin(): boolean {
    const found = /^\s*\{\s*"result"\s*:\s*\[/.exec(this.#pending);
    if (found === null) {
      if (this.#pending.length > 256) throw new CausewayError('unreadable', 'The answer is none to a query', { isRepeatable: false });
      return false;
    }
    this.#state = 'rows';
    this.#pending = this.#pending.slice(found[0].length);
    return true;
  }

  #look(rows: unknown[]): void {
    const character = this.#pending.charAt(this.#at);
    if (this.#isText) this.#passText(character);
    else if (character === '"') this.#isText = true;
    else if (character === '{' || character === '[') {
      if (this.#depth === 0) this.#start = this.#at;
      this.#depth += 1;
    } else if (character === ']' && this.#depth === 0) {
      this.#state = 'tail';
      this.#pending = this.#pending.slice(this.#at + 1);
      return;
    } else if (character === '}' || character === ']') this.#close(rows);
    this.#at += 1;
  }

  #passText(character: string): void {
    if (character === '"') this.#isText = false;
    // What is escaped may be in the next piece.
    else if (character === '\\') this.#at += 1;
  }

  #close(rows: unknown[]): void {
    this.#depth -= 1;
    if (this.#depth > 0) return;
    rows.push(JSON.parse(this.#pending.slice(this.#start, this.#at + 1)));
    this.#start = -1;
  }

  /** What was handed on is not kept. */
  #forget(rows: unknown[]): unknown[] {
    const from = this.#start < 0 ? Math.min(this.#at, this.#pending.length) : this.#start;
    this.#pending = this.#pending.slice(from);
    this.#at -= from;
    if (this.#start >= 0) this.#start = 0;
    if (this.#pending.length > LONGEST_ROW) throw new CausewayError('unreadable', `A row is longer than ${LONGEST_ROW} characters`, { isRepeatable: false });
    return rows;
  }

  #keepTail(): [] {
    this.#tail += this.#pending;
    this.#pending = '';
    return [];
  }
}

function cutOff(cause?: unknown): CausewayError {
  return new CausewayError('unreachable', 'The answer ended before it was complete; rows are missing', { isRepeatable: true, cause });
}
