import { readFile } from 'node:fs/promises';
import { Agent, request, type Dispatcher } from 'undici';
import { underLimit } from '../../protocol/model/index.js';
import type { WebhookConfig } from '../config/webhook-config.js';
import { publicLookup, requirePublic } from './receiver-address.js';

export interface ReceiverAnswer {
  readonly status: number;
  /** Seconds or an HTTP date. */
  readonly retryAfter: string | undefined;
}

/** Posts to one receiver: TLS verified, no redirects followed, answers not read. */
export class Receiver {
  readonly #config: WebhookConfig;
  #dispatcher: Dispatcher | undefined;

  constructor(config: WebhookConfig) {
    this.#config = config;
  }

  /** Rejects when there is no answer in time. */
  async post(body: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<ReceiverAnswer> {
    const { url, timeout, privateAddresses } = this.#config;
    if (!privateAddresses) requirePublic(new URL(url).hostname);
    const dispatcher = await this.#dispatch();
    return underLimit(signal, timeout, async (limited) => {
      const answer = await request(url, {
        method: 'POST', body, dispatcher, signal: limited, headersTimeout: timeout, bodyTimeout: timeout,
        headers: { 'content-type': 'application/json', 'user-agent': 'causeway-webhooks', ...headers },
      });
      await answer.body.dump({ limit: 65_536 }).catch(() => undefined);
      const after = answer.headers['retry-after'];
      return { status: answer.statusCode, retryAfter: Array.isArray(after) ? after[0] : after };
    });
  }

  async close(): Promise<void> {
    await this.#dispatcher?.destroy();
  }

  async #dispatch(): Promise<Dispatcher> {
    const { ca, timeout, privateAddresses } = this.#config;
    this.#dispatcher ??= new Agent({ connections: 4, connect: { timeout, ...(ca === undefined ? {} : { ca: await readFile(ca, 'utf8') }), ...(privateAddresses ? {} : { lookup: publicLookup }) } });
    return this.#dispatcher;
  }
}
