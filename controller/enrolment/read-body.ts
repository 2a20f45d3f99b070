import type { IncomingMessage } from 'node:http';
import { MAX_MESSAGE_BYTES } from '../../certs/enrolment/messages.js';

/** `too-large`: cut there; the rest of the body is not read. */
export type Body = { readonly value: unknown } | 'too-large' | 'not-json';

/** Reads a JSON body of bounded size. How long it may take is the server's `requestTimeout`. Rejects when the connection breaks. */
export async function readBody(request: IncomingMessage): Promise<Body> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_MESSAGE_BYTES) return 'too-large';
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MAX_MESSAGE_BYTES) return 'too-large';
    parts.push(part);
  }
  try {
    return { value: JSON.parse(Buffer.concat(parts).toString('utf8')) as unknown };
  } catch {
    return 'not-json';
  }
}
