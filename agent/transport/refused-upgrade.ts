import type { IncomingMessage } from 'node:http';
import type { HttpRefusal } from './dial-failure.js';
import { retryAfter } from './oauth-answer.js';

const MAX_BODY_BYTES = 2048;
const BODY_TIMEOUT_MS = 1000;

/** Reads an HTTP answer that came instead of the upgrade: its status, and what it says in a short body. Never rejects. */
export async function readRefusal(response: IncomingMessage, who: string): Promise<HttpRefusal> {
  const body = await beginningOf(response);
  const header = response.headers['x-refused'];
  return { status: response.statusCode ?? 0, who, detail: messageIn(body) ?? (typeof header === 'string' ? header : ''), waitAtLeast: retryAfter(response.headers), answer: { isPage: body.trimStart().startsWith('<'), location: response.headers.location?.slice(0, 200) } };
}

/** A page of HTML says nothing to a log; JSON with a `message` or a line of text does. */
function messageIn(body: string): string | undefined {
  const text = body.trim();
  if (text === '' || text.startsWith('<')) return undefined;
  if (!text.startsWith('{')) return text;
  try {
    const { message, error } = JSON.parse(text) as { readonly message?: unknown; readonly error?: unknown };
    return typeof message === 'string' ? message : typeof error === 'string' ? error : undefined;
  } catch {
    return undefined;
  }
}

async function beginningOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  const late = setTimeout(() => { response.destroy(); }, BODY_TIMEOUT_MS);
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      parts.push(part);
      size += part.length;
      if (size >= MAX_BODY_BYTES) break;
    }
  } catch {
    // What came is all there is.
  } finally {
    clearTimeout(late);
  }
  return Buffer.concat(parts).toString('utf8', 0, Math.min(size, MAX_BODY_BYTES));
}
