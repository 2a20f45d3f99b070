import { Agent, request } from 'node:http';
import type { RestClient } from '../../support/rest-client.js';

/** The system API by connections that are kept, as a program uses it that makes many small requests. */
export class KeepAliveRest {
  readonly #rest: RestClient;
  readonly #agent: Agent;

  constructor(rest: RestClient, connections: number) {
    this.#rest = rest;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** The body of a 2xx answer as text; rejects for any other. */
  send(method: string, path: string, body?: unknown): Promise<string> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const headers = { ...this.#rest.credentials, ...(text === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }), ...(method === 'PATCH' ? { 'If-Match': '*' } : {}) };
      const sent = request(new URL(path, this.#rest.base), { method, headers, agent: this.#agent }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part)).once('error', reject).once('end', () => {
          const whole = Buffer.concat(parts).toString();
          if ((answer.statusCode ?? 0) < 300) resolve(whole);
          else reject(new Error(`${method} ${path}: ${answer.statusCode} ${whole}`));
        });
      });
      sent.once('error', reject);
      sent.end(text);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
