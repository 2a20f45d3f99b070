import type { ServerResponse } from 'node:http';
import { chunksOf } from '../../protocol/model/index.js';
import { writeJson, type JsonObject } from './json.js';
import type { Fields } from './projection.js';
import type { QueryEnd, Resource } from './request.js';
import { ResourceError } from './resource-error.js';
import { answerHeaders, representation } from './write-answer.js';

/** Rows are gathered up to this many characters, or this many milliseconds, before they are handed to the socket. */
const CHUNK_CHARACTERS = 65_536;
const CHUNK_MILLISECONDS = 20;

export interface QueryForm {
  readonly fields: Fields;
  readonly prettyPrint: boolean;
  /** A reader that takes nothing for this long, in milliseconds, is cut off. */
  readonly stallTimeout: number;
  readonly signal: AbortSignal;
}

/**
 * Streams a query's rows as they come: the next row is pulled only when the socket takes more. A failure before the first
 * row is thrown, so that it becomes a status; a later one ends the body with `error` and rejects with the same error, and
 * the caller has to cut the connection, because the status was 200.
 */
export async function streamQuery(response: ServerResponse, rows: AsyncGenerator<Resource, QueryEnd, void>, form: QueryForm, toError: (error: unknown) => ResourceError): Promise<void> {
  const writer = new RowWriter(response, form);
  const chunks = chunksOf(rows);
  try {
    let step = await chunks.next();
    answerHeaders(200, response);
    writer.open();
    try {
      while (step.done !== true) {
        for (const row of step.value) {
          writer.row(representation(row, form.fields));
          if (response.writableNeedDrain) await writer.drained();
        }
        form.signal.throwIfAborted();
        step = await chunks.next();
      }
    } catch (error) {
      const failure = toError(error);
      await writer.fail(failure);
      throw failure;
    }
    writer.end(step.value);
  } finally {
    writer.dispose();
    await chunks.return(undefined as never);
  }
}

class RowWriter {
  readonly #response: ServerResponse;
  readonly #form: QueryForm;
  #gathered = '';
  #count = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(response: ServerResponse, form: QueryForm) {
    this.#response = response;
    this.#form = form;
  }

  open(): void {
    this.#gathered = '{"result":[';
  }

  row(row: JsonObject): void {
    this.#gathered += (this.#count === 0 ? '' : ',') + writeJson(row, this.#form.prettyPrint ? 2 : 0);
    this.#count += 1;
    // The first row leaves at once: a caller sees that the query runs.
    if (this.#count === 1 || this.#gathered.length >= CHUNK_CHARACTERS) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), CHUNK_MILLISECONDS);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#gathered === '' || this.#response.destroyed) return;
    this.#response.write(this.#gathered);
    this.#gathered = '';
  }

  /** Plain listeners and one timer: a signal for each wait would live on, with what it holds, until its own time is over. */
  drained(): Promise<void> {
    const { signal, stallTimeout } = this.#form;
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        this.#response.off('drain', onDrain);
        signal.removeEventListener('abort', onAbort);
        act();
      };
      const onDrain = (): void => settle(resolve);
      const onAbort = (): void => settle(() => reject(signal.reason as Error));
      const timer = setTimeout(() => settle(() => reject(new ResourceError(408, `The caller read nothing for ${stallTimeout} ms`))), stallTimeout);
      this.#response.on('drain', onDrain);
      signal.addEventListener('abort', onAbort);
      if (signal.aborted) onAbort();
    });
  }

  end(end: QueryEnd): void {
    clearTimeout(this.#timer);
    const tail = writeJson({
      pagedResultsCookie: end.pagedResultsCookie, totalPagedResultsPolicy: end.totalPagedResultsPolicy,
      totalPagedResults: end.totalPagedResults, remainingPagedResults: end.remainingPagedResults,
    });
    this.#response.end(`${this.#gathered}],"resultCount":${this.#count},${tail.slice(1)}`);
    this.#gathered = '';
  }

  /** Writes the end of a broken body and waits, briefly, until the socket has it. */
  async fail(error: ResourceError): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#response.destroyed) return;
    const tail = `${this.#gathered}],"resultCount":${this.#count},"error":${writeJson(error.toJson())}}`;
    this.#gathered = '';
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 1_000);
      this.#response.write(tail, () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}
