import { Long, type Document } from 'bson';
import { CommandError } from './command-error.js';

/** What a cursor still has to give. */
export interface CursorSource {
  next(limit: number, wait: number): Promise<{ readonly documents: Document[]; readonly isOver: boolean; readonly more?: Document }>;
}

interface OpenCursor { readonly namespace: string; readonly source: CursorSource; readonly session: string | undefined }

const FIRST_BATCH = 101;
const LATER_BATCH = 1_000;

export function documentSource(documents: readonly Document[]): CursorSource {
  let at = 0;
  return {
    next: async (limit) => {
      const found = documents.slice(at, at + limit);
      at += found.length;
      return { documents: found, isOver: at >= documents.length };
    },
  };
}

/** Cursors open at the server. */
export class ServerCursors {
  readonly #open = new Map<string, OpenCursor>();
  #last = 0;

  get count(): number {
    return this.#open.size;
  }

  async first(namespace: string, source: CursorSource, { batchSize, singleBatch, session }: { readonly batchSize?: number | undefined; readonly singleBatch?: boolean; readonly session?: string | undefined }): Promise<Document> {
    const { documents, isOver, more = {} } = await source.next(batchSize ?? FIRST_BATCH, 0);
    const over = isOver || singleBatch === true;
    const id = over ? 0 : this.#keep({ namespace, source, session });
    return { id: Long.fromNumber(id), ns: namespace, firstBatch: documents, ...more };
  }

  #keep(cursor: OpenCursor): number {
    const id = 1_000_000 + ++this.#last;
    this.#open.set(String(id), cursor);
    return id;
  }

  async more(id: string, batchSize: number | undefined, wait: number): Promise<Document> {
    const cursor = this.#open.get(id);
    if (cursor === undefined) throw new CommandError(43, 'CursorNotFound', `cursor id ${id} not found`);
    const { documents, isOver, more = {} } = await cursor.source.next(batchSize === undefined || batchSize === 0 ? LATER_BATCH : batchSize, wait);
    if (isOver) this.#open.delete(id);
    return { id: Long.fromString(isOver ? '0' : id), ns: cursor.namespace, nextBatch: documents, ...more };
  }

  kill(ids: readonly string[]): string[] {
    return ids.filter((id) => this.#open.delete(id));
  }

  /** As when nobody has asked for ten minutes. */
  forgetAll(): void {
    this.#open.clear();
  }

  endSession(session: string): void {
    for (const [id, cursor] of this.#open) if (cursor.session === session) this.#open.delete(id);
  }
}
