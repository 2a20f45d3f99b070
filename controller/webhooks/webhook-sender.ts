import type { WebhookConfig } from '../config/webhook-config.js';
import type { Log } from '../log.js';
import { Receiver } from './post-message.js';
import { signedHeaders, signingKey } from './signature.js';
import type { WebhookObserver } from './webhook-observer.js';
import type { DeliveryResult, DueDelivery, WebhookQueue } from './webhook-queue.js';

/** Milliseconds before each further try, as Standard Webhooks proposes them: three days and a bit in all. */
const PAUSES = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400].map((seconds) => seconds * 1_000);
/** How much a pause may be longer or shorter, so that not everything comes back at once. */
const JITTER = 0.2;
const AT_A_TIME = 8;
const LOOK_EVERY = 1_000;
const LONGEST_PAUSE = 86_400_000;
const TIDY_EVERY = 3_600_000;

export interface SenderParts {
  readonly queue: WebhookQueue;
  readonly webhooks: readonly WebhookConfig[];
  /** Reads the secret anew, so that one can be exchanged. */
  readonly secretOf: (webhook: WebhookConfig) => Promise<string>;
  readonly log: Log;
  readonly now?: () => Date;
  /** From 0 to 1. */
  readonly random?: () => number;
  /** Milliseconds. */
  readonly lookEvery?: number;
  readonly observer?: WebhookObserver | undefined;
}

/** Delivers what waits. Controllers that share the database share the work: each delivery is taken on by one of them. */
export class WebhookSender {
  readonly #parts: SenderParts;
  readonly #receivers: ReadonlyMap<string, { readonly config: WebhookConfig; readonly receiver: Receiver }>;
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #tidied = 0;

  constructor(parts: SenderParts) {
    this.#parts = parts;
    this.#receivers = new Map(parts.webhooks.map((config) => [config.name, { config, receiver: new Receiver(config) }]));
  }

  start(): void {
    const look = async (): Promise<void> => {
      try {
        while (await this.sendDue() === AT_A_TIME && !this.#stop.signal.aborted);
      } catch (error) {
        this.#parts.log.debug({ err: error }, 'webhooks could not be looked for');
      }
      if (!this.#stop.signal.aborted) this.#timer = setTimeout(again, this.#parts.lookEvery ?? LOOK_EVERY).unref();
    };
    const again = (): void => { this.#looking = look(); };
    again();
  }

  /** Tries what is due now; answers how many were tried. */
  async sendDue(): Promise<number> {
    const { queue } = this.#parts;
    const now = this.#now();
    if (now.getTime() - this.#tidied > TIDY_EVERY) {
      await queue.tidy(now);
      this.#tidied = now.getTime();
    }
    // Whoever dies with one leaves it to others after that time.
    const longest = Math.max(0, ...this.#parts.webhooks.map(({ timeout }) => timeout));
    const due = await queue.claim(AT_A_TIME, now, new Date(now.getTime() + longest * 2 + 30_000));
    await Promise.all(due.map((delivery) => this.#deliver(delivery)));
    return due.length;
  }

  /** Ends what is under way; it comes again. */
  async close(): Promise<void> {
    this.#stop.abort(new Error('the controller is stopping'));
    clearTimeout(this.#timer);
    await this.#looking;
    for (const { receiver } of this.#receivers.values()) await receiver.close();
  }

  #now(): Date {
    return this.#parts.now?.() ?? new Date();
  }

  async #deliver(delivery: DueDelivery): Promise<void> {
    const { queue, log, observer } = this.#parts;
    const result = await this.#try(delivery);
    if (this.#stop.signal.aborted && result.kind !== 'delivered') return;
    await queue.ended(delivery.id, result, this.#now());
    observer?.messages(delivery.webhook, result.kind, 1);
    if (result.kind === 'delivered') return;
    log.warn({ webhook: delivery.webhook, id: delivery.id, attempt: delivery.attempts + 1, status: result.status, reason: result.error, outcome: result.kind }, 'a webhook was not delivered');
    if (result.status === 410) await queue.giveUp(delivery.webhook, result.error, this.#now());
  }

  async #try({ id, webhook, body, attempts }: DueDelivery): Promise<DeliveryResult> {
    const found = this.#receivers.get(webhook);
    if (found === undefined) return this.#later(attempts, { error: 'there is no such webhook' });
    try {
      const key = signingKey(await this.#parts.secretOf(found.config));
      const timestamp = Math.floor(this.#now().getTime() / 1_000);
      const { status, retryAfter } = await found.receiver.post(body, signedHeaders({ id, timestamp, body }, key), this.#stop.signal);
      if (status >= 200 && status < 300) return { kind: 'delivered', status };
      if (status === 410) return { kind: 'dead', status, error: 'the receiver is gone for good (410)' };
      return this.#later(attempts, { status, error: status >= 300 && status < 400 ? `it answered ${status}; redirects are not followed` : `it answered ${status}`, retryAfter });
    } catch (error) {
      return this.#later(attempts, { error: error instanceof Error ? error.message : 'unknown failure' });
    }
  }

  #later(attempts: number, { status, error, retryAfter }: { readonly status?: number; readonly error: string; readonly retryAfter?: string | undefined }): DeliveryResult {
    const pause = PAUSES[attempts];
    if (pause === undefined) return { kind: 'dead', status, error: `${error}; given up after ${attempts + 1} tries` };
    const { random = Math.random } = this.#parts;
    const spread = pause * (1 - JITTER + 2 * JITTER * random());
    const asked = /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) * 1_000 : 0;
    return { kind: 'later', status, error, at: new Date(this.#now().getTime() + Math.min(LONGEST_PAUSE * 1.2, Math.max(spread, asked))) };
  }
}
