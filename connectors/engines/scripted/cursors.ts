import { ConnectorError, type IcfValue } from '../../../protocol/model/index.js';
import type { HostFunction } from '../../framework/script-runner.js';

const MOST_OPEN = 8;
/** Of one answer, characters at a rough guess: below what a value may have. */
const ANSWER_SIZE = 128 * 1024;

export interface CursorSource {
  /** Some more; undefined at the end, after which nothing is asked any more. */
  next(): Promise<readonly IcfValue[] | undefined>;
  /** Lets the rest go. */
  close(): Promise<void>;
}

interface Cursor { readonly source: CursorSource; left: readonly IcfValue[] }

/** What a script reads row by row from the host. Serves as two functions, `name.next` and `name.close`; a family's own function opens one. */
export class Cursors {
  readonly #open = new Map<number, Cursor>();
  #last = 0;

  /** Number of the cursor, to be given to the script. */
  open(source: CursorSource): number {
    if (this.#open.size >= MOST_OPEN) throw new ConnectorError('illegalState', `A script has at most ${MOST_OPEN} cursors open at a time: read them to their end, or leave their loops.`);
    const id = ++this.#last;
    this.#open.set(id, { source, left: [] });
    return id;
  }

  functions(name: string): Map<string, HostFunction> {
    return new Map<string, HostFunction>([[`${name}.next`, ([id]) => this.#next(id)], [`${name}.close`, ([id]) => this.#close(id)]]);
  }

  /** Some rows; null once there are no more. */
  async #next(id: IcfValue | undefined): Promise<IcfValue> {
    const cursor = typeof id === 'number' ? this.#open.get(id) : undefined;
    if (cursor === undefined) return null;
    while (cursor.left.length === 0) {
      const more = await cursor.source.next();
      if (more === undefined) {
        this.#open.delete(id as number);
        return null;
      }
      cursor.left = more;
    }
    const count = countOf(cursor.left);
    const rows = cursor.left.slice(0, count);
    cursor.left = cursor.left.slice(count);
    return rows;
  }

  async #close(id: IcfValue | undefined): Promise<null> {
    const cursor = typeof id === 'number' ? this.#open.get(id) : undefined;
    if (cursor === undefined) return null;
    this.#open.delete(id as number);
    await cursor.source.close();
    return null;
  }

  /** For `close` of the bindings. Never rejects. */
  async closeAll(): Promise<void> {
    await Promise.allSettled([...this.#open.keys()].map((id) => this.#close(id)));
  }
}

function countOf(rows: readonly IcfValue[]): number {
  let size = 0;
  for (const [index, row] of rows.entries()) {
    size += sizeOf(row);
    if (size > ANSWER_SIZE) return Math.max(1, index);
  }
  return rows.length;
}

function sizeOf(value: IcfValue): number {
  if (typeof value === 'string') return value.length + 4;
  if (value instanceof Uint8Array) return value.length * 2 + 8;
  if (value instanceof Map) return [...value].reduce((size, [key, item]) => size + sizeOf(key) + sizeOf(item), 8);
  return Array.isArray(value) ? value.reduce<number>((size, item) => size + sizeOf(item), 8) : 16;
}

/**
 * For a family's library: `cursor(opened, name)` of a promise for the number makes an async iterable, which closes the cursor when its loop is
 * left; `collected(iterable)` makes a list of it. No generator: a loop that is left does not wait for one to end in this interpreter,
 * and the script's next call would come before the cursor's end. Here it is asked for at once.
 */
export const CURSOR_LIBRARY = String.raw`
function cursor(opened, name) {
  let id, fetching, rows = [], at = 0, isOver = false;
  const close = async () => {
    isOver = true;
    rows = [];
    if (id === undefined) id = await opened;
    await call(name + '.close', [id]);
  };
  const fetch = async () => {
    try {
      if (id === undefined) id = await opened;
      const more = await call(name + '.next', [id]);
      if (more === null) isOver = true;
      else if (!isOver) [rows, at] = [more, 0];
    } catch (error) {
      isOver = true;
      if (id !== undefined) close().catch(() => undefined);
      throw error;
    } finally {
      fetching = undefined;
    }
  };
  return {
    [Symbol.asyncIterator]() { return this; },
    async next() {
      for (;;) {
        if (at < rows.length) return { done: false, value: rows[at++] };
        if (isOver) return { done: true, value: undefined };
        fetching = fetching ?? fetch();
        await fetching;
      }
    },
    async return(value) {
      if (!isOver) await close();
      return { done: true, value };
    },
  };
}
async function collected(iterable) {
  const all = [];
  for await (const one of iterable) all.push(one);
  return all;
}`;
