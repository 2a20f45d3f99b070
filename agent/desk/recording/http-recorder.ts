import { Readable } from 'node:stream';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { HttpTraffic, HttpTrafficAnswer } from '../../../connectors/framework/index.js';
import { isSecretName } from '../secret-names.js';
import type { RecordedBody, RecordedExchange } from './recording-lines.js';
import { SCRUBBED, type Scrubber } from './scrubber.js';

/** Bytes of a body that are kept. */
const LARGEST_BODY = 8 * 1024 ** 2;
/** Of requests, only what may decide about the answer; everything else may hold credentials. */
const REQUEST_HEADERS: ReadonlySet<string> = new Set(['accept', 'content-type', 'if-match', 'if-none-match', 'prefer', 'consistencylevel', 'x-http-method-override', 'soapaction', 'x-amz-target']);
/** Of answers, what is only of the one connection. */
const NOT_KEPT: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-encoding', 'content-length', 'alt-svc', 'strict-transport-security']);

/** The request as it is recorded, and as a replay looks for it. */
export function recordedRequest(request: HttpTraffic, scrubber: Scrubber): RecordedExchange['request'] {
  const type = request.headers.get('content-type') ?? '';
  return {
    method: request.method,
    url: scrubber.address(request.url),
    headers: Object.fromEntries<string>([...request.headers].filter(([name]) => REQUEST_HEADERS.has(name)).map(([name, value]): [string, string] => [name, scrubber.text(value)]).sort(([a], [b]) => (a < b ? -1 : 1))),
    ...(request.body === undefined ? {} : { body: recordedBody([request.body], type, undefined, scrubber) }),
  };
}

/** Passes the request on and the answer back while it arrives; `write` is told of both when the answer has ended, or was left. */
export async function recordExchange(request: HttpTraffic, send: () => Promise<HttpTrafficAnswer>, scrubber: Scrubber, write: (line: RecordedExchange) => void): Promise<HttpTrafficAnswer> {
  const asked = recordedRequest(request, scrubber);
  let answer: HttpTrafficAnswer;
  try {
    answer = await send();
  } catch (error) {
    write({ kind: 'http', request: asked, failure: failureOf(error) });
    throw error;
  }
  const { statusCode, headers } = answer;
  const parts: Uint8Array[] = [];
  const done = (failure?: RecordedExchange['failure']): void => {
    const body = recordedBody(parts, textOf(headers['content-type']), textOf(headers['content-encoding']), scrubber);
    write({ kind: 'http', request: asked, answer: { status: statusCode, headers: recordedHeaders(headers, scrubber), body }, ...(failure === undefined ? {} : { failure }) });
  };
  return { statusCode, headers, body: Readable.from(kept(answer.body, parts, done), { objectMode: false }) };
}

async function* kept(body: AsyncIterable<Uint8Array>, parts: Uint8Array[], done: (failure?: RecordedExchange['failure']) => void): AsyncGenerator<Uint8Array, void, void> {
  let bytes = 0;
  let failure: RecordedExchange['failure'];
  try {
    for await (const part of body) {
      bytes += part.length;
      if (bytes <= LARGEST_BODY) parts.push(part);
      else parts.splice(0, parts.length, new Uint8Array(LARGEST_BODY + 1));
      yield part;
    }
  } catch (error) {
    failure = failureOf(error);
    throw error;
  } finally {
    done(failure);
  }
}

function failureOf(error: unknown): NonNullable<RecordedExchange['failure']> {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code, message } = at as NodeJS.ErrnoException;
    if (typeof code === 'string') return { code, message };
  }
  return { code: 'unknown', message: error instanceof Error ? error.message : String(error) };
}

function textOf(header: string | string[] | undefined): string {
  return Array.isArray(header) ? header.join(', ') : header ?? '';
}

function recordedHeaders(headers: HttpTrafficAnswer['headers'], scrubber: Scrubber): Record<string, string | readonly string[]> {
  const kept = Object.entries(headers).filter(([name, value]) => value !== undefined && !NOT_KEPT.has(name.toLowerCase()));
  return Object.fromEntries(kept.map(([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value.map((one) => headerText(name, one, scrubber)) : headerText(name, value ?? '', scrubber)]));
}

/** A cookie keeps its name, an address its path: a connector may look at them. */
function headerText(name: string, value: string, scrubber: Scrubber): string {
  const lower = name.toLowerCase();
  if (lower === 'set-cookie') {
    const [pair = ''] = value.split(';', 1);
    const at = pair.indexOf('=');
    scrubber.learn([pair.slice(at + 1)]);
    return `${pair.slice(0, Math.max(0, at))}=${SCRUBBED}`;
  }
  if (isSecretName(lower)) {
    scrubber.learn([value]);
    return SCRUBBED;
  }
  if (lower === 'location' && URL.canParse(value)) return scrubber.address(new URL(value));
  return scrubber.text(value);
}

function recordedBody(parts: readonly Uint8Array[], type: string, encoding: string | undefined, scrubber: Scrubber): RecordedBody {
  const whole = Buffer.concat(parts);
  if (whole.length > LARGEST_BODY) return { omitted: whole.length };
  const bytes = decoded(whole, encoding ?? '');
  if (bytes === undefined) return { omitted: whole.length };
  const text = bytes.toString('utf8');
  // What is no text can hold secrets nobody finds: only its size is kept.
  return Buffer.from(text, 'utf8').equals(bytes) ? { text: scrubber.body(text, type) } : { omitted: bytes.length };
}

function decoded(bytes: Buffer, encoding: string): Buffer | undefined {
  const limit = { maxOutputLength: LARGEST_BODY };
  try {
    switch (encoding.trim().toLowerCase()) {
      case '': case 'identity': return bytes;
      case 'gzip': case 'x-gzip': return gunzipSync(bytes, limit);
      case 'br': return brotliDecompressSync(bytes, limit);
      case 'deflate': return inflateSync(bytes, limit);
      default: return undefined;
    }
  } catch {
    return undefined;
  }
}
