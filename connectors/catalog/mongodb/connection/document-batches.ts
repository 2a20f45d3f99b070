import type { AbstractCursor, Document } from 'mongodb';
import { abortable } from '../../../framework/abortable.js';

/**
 * Documents of a cursor, as many at a time as the server sends. The server's cursor is closed when nobody wants more or the signal fires.
 * The driver is not given that signal: it would end the session under its own command to close the cursor. Only a query that
 * has no cursor yet is broken off, with its connection.
 */
export async function* documentBatches<T extends Document>(open: (whileOpening: AbortSignal) => AbstractCursor<T>, signal: AbortSignal): AsyncGenerator<T[], void, void> {
  const opening = new AbortController();
  const cursor = open(opening.signal);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => closing ??= cursor.close().catch(() => undefined);
  const leave = (): void => {
    if (cursor.id === undefined) opening.abort(signal.reason);
    else void close();
  };
  signal.addEventListener('abort', leave, { once: true });
  try {
    while (await abortable(cursor.hasNext(), signal)) yield cursor.readBufferedDocuments();
  } finally {
    signal.removeEventListener('abort', leave);
    await close();
  }
}
