import type { IncomingMessage } from 'node:http';
import { parseJson, type JsonValue } from './json.js';
import { ResourceError, badRequest } from './resource-error.js';

export interface BodyLimits {
  /** Bytes. */
  readonly maxBodyBytes: number;
}

/** The JSON body; undefined when there is none. Throws 413 beyond the limit and 400, with the parser's text, for bad JSON. */
export async function readJsonBody(message: IncomingMessage, { maxBodyBytes }: BodyLimits): Promise<JsonValue | undefined> {
  const text = await readText(message, maxBodyBytes);
  if (text.trim() === '') return undefined;
  try {
    return parseJson(text);
  } catch (error) {
    throw badRequest('The request could not be processed because the provided content is not valid JSON', error instanceof Error ? error.message : null);
  }
}

async function readText(message: IncomingMessage, limit: number): Promise<string> {
  const tooLarge = (): ResourceError => new ResourceError(413, `The request body is larger than ${limit} bytes`);
  if (Number(message.headers['content-length'] ?? 0) > limit) throw tooLarge();
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit) throw tooLarge();
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw badRequest('The request body is not valid UTF-8');
  }
}
