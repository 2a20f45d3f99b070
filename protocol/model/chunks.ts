/**
 * Results by the handful. Pulling a million small results one by one through every layer costs more in promises than the
 * results themselves; so producers that have several at hand give them together, and layers pass them on together. A chunk
 * is small (a hundred results or so, a few hundred kilobytes), never empty, and made of what was at hand: nobody waits to
 * fill one.
 */
export type Chunks<T, End> = AsyncGenerator<readonly T[], End, void>;

/**
 * The results of chunks one at a time: what callers of a facade see. When `isOver` says so (an abort, say), what is left of
 * a chunk is dropped, and the next pull meets whatever ends the chunks.
 */
export function itemsOf<T, End>(chunks: Chunks<T, End>, isOver: () => boolean = () => false): AsyncGenerator<T, End, void> {
  return new Items(chunks, isOver);
}

/**
 * The chunks behind results, or chunks of one where each result comes alone. Takes the results over: from now on they are
 * pulled and closed by their chunks only.
 */
export function chunksOf<T, End>(results: AsyncGenerator<T, End, void>): Chunks<T, End> {
  return results instanceof Items ? (results as Items<T, End>).chunks : new Singles(results);
}

/**
 * Each item as `map` makes it; undefined drops it. Chunks that nothing is left of are not passed on. Items before one that
 * cannot be mapped are handed out before the error.
 */
export async function* mapChunks<T, U, End>(chunks: Chunks<T, End>, map: (item: T) => U | undefined): Chunks<U, End> {
  try {
    for (;;) {
      const step = await chunks.next();
      if (step.done === true) return step.value;
      const { mapped, failure } = mapAll(step.value, map);
      if (mapped.length > 0) yield mapped;
      if (failure !== undefined) throw failure.error;
    }
  } finally {
    await chunks.return(undefined as never);
  }
}

/** Each item as `map` makes it, up to the first that it throws at; undefined drops one. */
export function mapAll<T, U>(items: readonly T[], map: (item: T) => U | undefined): { readonly mapped: readonly U[]; readonly failure?: { readonly error: unknown } } {
  const mapped: U[] = [];
  try {
    for (const item of items) {
      const result = map(item);
      if (result !== undefined) mapped.push(result);
    }
    return { mapped };
  } catch (error) {
    return { mapped, failure: { error } };
  }
}

class Items<T, End> implements AsyncGenerator<T, End, void> {
  readonly chunks: Chunks<T, End>;
  readonly #items: AsyncGenerator<T, End, void>;

  constructor(chunks: Chunks<T, End>, isOver: () => boolean) {
    this.chunks = chunks;
    this.#items = flattened(chunks, isOver);
  }

  next(): Promise<IteratorResult<T, End>> {
    return this.#items.next();
  }

  async return(value: End | PromiseLike<End>): Promise<IteratorResult<T, End>> {
    const last = await this.#items.return(value);
    await this.chunks.return(undefined as never);      // for results nobody has pulled any of
    return last;
  }

  throw(error: unknown): Promise<IteratorResult<T, End>> {
    return this.#items.throw(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return(undefined as never);
  }
}

async function* flattened<T, End>(chunks: Chunks<T, End>, isOver: () => boolean): AsyncGenerator<T, End, void> {
  try {
    for (;;) {
      const step = await chunks.next();
      if (step.done === true) return step.value;
      for (const item of step.value) {
        yield item;
        if (isOver()) break;
      }
    }
  } finally {
    await chunks.return(undefined as never);
  }
}

/** Each result as a chunk of its own, as soon as it is there. */
class Singles<T, End> implements AsyncGenerator<readonly T[], End, void> {
  readonly #results: AsyncGenerator<T, End, void>;

  constructor(results: AsyncGenerator<T, End, void>) {
    this.#results = results;
  }

  async next(): Promise<IteratorResult<readonly T[], End>> {
    return alone(await this.#results.next());
  }

  async return(value: End | PromiseLike<End>): Promise<IteratorResult<readonly T[], End>> {
    return alone(await this.#results.return(value));
  }

  async throw(error: unknown): Promise<IteratorResult<readonly T[], End>> {
    return alone(await this.#results.throw(error));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return(undefined as never);
  }
}

function alone<T, End>(step: IteratorResult<T, End>): IteratorResult<readonly T[], End> {
  return step.done === true ? step : { done: false, value: [step.value] };
}
