import type { Request } from 'tedious';
import type { DriverCursor } from '../driver-connection.js';
import type { SqlRow } from '../values.js';
import { tdsRow, type TdsCell } from './sqlserver-values.js';

/** Rows as they come; the request is paused while nobody takes any, and cancelled by an attention packet to let the rest go. */
export function tdsCursor(
  start: (ended: (error: Error | null | undefined) => void) => { readonly request: Request; readonly send: () => void }, fetchSize: number,
): DriverCursor {
  const waiting: SqlRow[] = [];
  let failure: Error | undefined;
  let isOver = false;
  let wake = (): void => {};
  const { request, send } = start((error) => {
    isOver = true;
    failure = error ?? undefined;
    wake();
  });
  request.on('row', (cells: readonly TdsCell[]) => {
    waiting.push(tdsRow(cells));
    if (waiting.length < fetchSize) return;
    request.pause();
    wake();
  });
  send();
  return {
    async next() {
      while (waiting.length < fetchSize && !isOver) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          request.resume();
        });
      }
      if (waiting.length > 0) return waiting.splice(0, fetchSize);
      if (failure !== undefined) throw failure;
      return undefined;
    },
    async close() {
      if (isOver) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
        request.cancel();
        request.resume();
      });
    },
  };
}
