import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FileAnswer } from './request.js';
import { answerHeaders } from './write-answer.js';

/** Sends text as it is pulled. A failure before the first piece is thrown, so that it becomes a status; a later one cuts the connection. */
export async function streamFile(response: ServerResponse, { contentType, fileName, chunks }: FileAnswer, { stallTimeout, signal }: { readonly stallTimeout: number; readonly signal: AbortSignal }): Promise<void> {
  const first = await chunks.next();
  answerHeaders(200, response);
  response.setHeader('Content-Type', contentType);
  response.setHeader('Content-Disposition', `attachment; filename="${fileName.replace(/[^\w.-]/g, '_')}"`);
  response.setHeader('Content-Security-Policy', "default-src 'none'; sandbox");
  // A reader that takes nothing for this long is cut off.
  response.setTimeout(stallTimeout, () => response.destroy());
  await pipeline(Readable.from(whole(first, chunks)), response, { signal });
}

async function* whole(first: IteratorResult<string, void>, rest: AsyncGenerator<string, void, void>): AsyncGenerator<string, void, void> {
  if (first.done === true) return;
  yield first.value;
  yield* rest;
}
