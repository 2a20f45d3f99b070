import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { decodeTraces, type ReceivedSpan } from './decode-traces.js';

export interface CollectorOptions {
  /** PEM. Set: HTTPS. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** What is answered, by the number of the request, from 0. @default always 200 */
  readonly status?: ((request: number) => number) | undefined;
  /** Never answers. */
  readonly isSilent?: boolean | undefined;
}

/** A stand-in for an OpenTelemetry collector: OTLP over HTTP, protobuf and JSON, decoded by the published protocol and by nothing of the exporter's. */
export class Collector {
  readonly url: string;
  readonly spans: ReceivedSpan[] = [];
  /** Headers of the requests, and their decoded bodies. */
  readonly requests: { readonly headers: Readonly<Record<string, unknown>>; readonly path: string; readonly body: Buffer }[] = [];
  readonly #server: Server;
  readonly #waiting = new Set<() => void>();

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  static async start({ tls, status = () => 200, isSilent = false }: CollectorOptions = {}): Promise<Collector> {
    const server = tls === undefined ? createServer() : createTlsServer({ ...tls });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    const { port } = server.address() as AddressInfo;
    const collector = new Collector(server, `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}/v1/traces`);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => { chunks.push(chunk); });
      request.on('end', () => {
        const sent = Buffer.concat(chunks);
        const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
        const code = status(collector.requests.length);
        collector.requests.push({ headers: request.headers, path: request.url ?? '', body });
        if (code === 200) collector.spans.push(...decodeTraces(body, String(request.headers['content-type'])));
        for (const look of collector.#waiting) look();
        if (isSilent) return;
        response.writeHead(code, { 'Content-Type': String(request.headers['content-type']) });
        response.end();
      });
    });
    return collector;
  }

  /** Resolves when what has come is as wanted. */
  async until(isThere: (spans: readonly ReceivedSpan[]) => boolean, what: string, milliseconds = 30_000): Promise<readonly ReceivedSpan[]> {
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (!isThere(this.spans)) return;
        clearTimeout(late);
        this.#waiting.delete(look);
        resolve();
      };
      const late = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`${what} has not come to the collector in ${milliseconds} ms. There is:\n${this.spans.map(({ service, name, traceId, parentSpanId }) => `${service} ${name} in ${traceId} below ${parentSpanId}`).join('\n')}`));
      }, milliseconds);
      this.#waiting.add(look);
      look();
    });
    return this.spans;
  }

  /** Spans of one trace as an indented tree: `name`, or `service: name` where it is another service than above. Siblings by start. */
  tree(traceId: string): string[] {
    return treeOf(this.spans.filter((span) => span.traceId === traceId));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => { this.#server.close(resolve); });
  }
}

export function treeOf(spans: readonly ReceivedSpan[]): string[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const below = (parent: ReceivedSpan | undefined, depth: number): string[] => spans
    .filter((span) => (parent === undefined ? !ids.has(span.parentSpanId) : span.parentSpanId === parent.spanId))
    .sort((left, right) => (left.start < right.start ? -1 : left.start > right.start ? 1 : 0))
    .flatMap((span) => [`${'  '.repeat(depth)}${span.service === parent?.service ? '' : `${span.service}: `}${span.name}${span.hasFailed ? ' !' : ''}`, ...below(span, depth + 1)]);
  return below(undefined, 0);
}
