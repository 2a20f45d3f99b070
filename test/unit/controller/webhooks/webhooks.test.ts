import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WebhookConfig } from '../../../../controller/config/webhook-config.js';
import { silentLog } from '../../../../controller/log.js';
import { WebhookMetrics } from '../../../../controller/metrics/webhook-metrics.js';
import type { Database } from '../../../../controller/store/database/database.js';
import { isPrivateAddress, requirePublic } from '../../../../controller/webhooks/receiver-address.js';
import { signedHeaders, signingKey } from '../../../../controller/webhooks/signature.js';
import type { WebhookEvent } from '../../../../controller/webhooks/webhook-event.js';
import type { WebhookObserver } from '../../../../controller/webhooks/webhook-observer.js';
import { WebhookQueue } from '../../../../controller/webhooks/webhook-queue.js';
import { WebhookSender } from '../../../../controller/webhooks/webhook-sender.js';
import { MetricsRegistry } from '../../../../deploy/runtime/metrics/metrics-registry.js';
import { Scrape } from '../../../support/prometheus-text.js';
import { testDatabase } from '../../../support/test-database.js';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const START = Date.parse('2026-11-23T10:00:00Z');
let database: Database;
let now: number;
let server: Server | undefined;
let received: { headers: IncomingMessage['headers']; body: string }[];
let answer: (response: ServerResponse) => void;
let port: number;

async function listen(at = 0): Promise<void> {
  server = createServer((message, response) => {
    let body = '';
    message.on('data', (chunk: Buffer) => { body += chunk.toString(); }).on('end', () => {
      received.push({ headers: message.headers, body });
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server?.listen(at, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
}

async function hangUp(): Promise<void> {
  const closing = server;
  server = undefined;
  closing?.closeAllConnections();
  await new Promise<void>((resolve) => (closing === undefined ? resolve() : closing.close(() => resolve())));
}

beforeEach(async () => {
  database = await testDatabase();
  now = START;
  received = [];
  answer = (response) => void response.writeHead(204).end();
  await listen();
});
afterEach(() => hangUp());

const hook = (more: Partial<WebhookConfig> = {}): WebhookConfig => ({ name: 'ops', url: `http://127.0.0.1:${port}/hook`, secret: { text: SECRET }, events: ['reconciliation.ended'], timeout: 500, privateAddresses: true, ca: undefined, ...more });
const event = (key = '1', more: Partial<WebhookEvent> = {}): WebhookEvent => ({ type: 'reconciliation.ended', key, at: new Date(now), data: { reconciliation: key }, ...more });

function part(webhooks = [hook()], mostWaiting?: number, observer?: WebhookObserver): { queue: WebhookQueue; sender: WebhookSender; stop(): Promise<void> } {
  const queue = new WebhookQueue(database, { webhooks, log: silentLog, observer, ...(mostWaiting === undefined ? {} : { mostWaiting }) });
  const sender = new WebhookSender({ queue, webhooks, secretOf: () => Promise.resolve(SECRET), log: silentLog, observer, now: () => new Date(now), random: () => 0.5 });
  return { queue, sender, stop: () => sender.close() };
}

const rows = (): Promise<readonly { state: string; attempts: number; last_status: number | null; last_error: string | null; next_attempt: Date }[]> => database.query('select state, attempts, last_status, last_error, next_attempt from webhook_delivery order by number');

describe('the signature', () => {
  // https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#symmetric
  it('is that of the specification', () => {
    const key = signingKey('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    expect(signedHeaders({ id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1_614_265_330, body: '{"test": 2432232314}' }, key)['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it.each(['whsec_short', 'whsec_!!!!', '', 'whsec_'])('takes no secret such as %j, and does not show it', (secret) => {
    expect(() => signingKey(secret)).toThrow('The secret of a webhook is whsec_');
  });
});

describe('a delivery', () => {
  it('is tried again, later and later, until the receiver takes it; each time with the same id and a signature of its time', async () => {
    const { queue, sender, stop } = part();
    await queue.tell(event());
    answer = (response) => void response.writeHead(500).end();
    for (const pause of [5_000, 300_000, 1_800_000]) {
      expect(await sender.sendDue()).toBe(1);
      expect((await rows())[0]?.next_attempt.getTime()).toBe(now + pause);
      expect(await sender.sendDue()).toBe(0);
      now += pause;
    }
    answer = (response) => void response.writeHead(200).end('thanks');
    await sender.sendDue();
    expect(await rows()).toMatchObject([{ state: 'delivered', attempts: 4, last_status: 200 }]);
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    for (const { headers, body } of received) {
      const message = { id: headers['webhook-id'] as string, timestamp: Number(headers['webhook-timestamp']), body };
      expect(headers['webhook-signature']).toBe(signedHeaders(message, signingKey(SECRET))['webhook-signature']);
    }
    expect(JSON.parse(received[0]?.body ?? '')).toEqual({ type: 'reconciliation.ended', timestamp: '2026-11-23T10:00:00.000Z', data: { reconciliation: '1' } });
    await stop();
  });

  it('is given up after its last try, and comes again when a person wants it', async () => {
    const { queue, sender, stop } = part();
    await queue.tell(event());
    answer = (response) => void response.writeHead(503, { 'Retry-After': '60' }).end();
    for (let tries = 0; tries < 10; tries += 1) {
      await sender.sendDue();
      now += 2 * 86_400_000;
    }
    expect(await rows()).toMatchObject([{ state: 'dead', attempts: 10, last_error: expect.stringContaining('given up after 10 tries') as string }]);
    answer = (response) => void response.writeHead(204).end();
    const [row] = await database.query<{ id: string }>('select id from webhook_delivery');
    expect(await queue.retry(row?.id ?? '', new Date(now))).toBe(true);
    await sender.sendDue();
    expect(await rows()).toMatchObject([{ state: 'delivered' }]);
    await stop();
  });

  it('waits as long as the receiver asks for', async () => {
    const { queue, sender, stop } = part();
    await queue.tell(event());
    answer = (response) => void response.writeHead(429, { 'Retry-After': '120' }).end();
    await sender.sendDue();
    expect((await rows())[0]?.next_attempt.getTime()).toBe(now + 120_000);
    await stop();
  });

  it('whose receiver hangs ends with its time limit', async () => {
    const { queue, sender, stop } = part([hook({ timeout: 50 })]);
    await queue.tell(event());
    answer = () => undefined;
    await sender.sendDue();
    expect(await rows()).toMatchObject([{ state: 'waiting', attempts: 1, last_status: null }]);
    await stop();
  });

  it('answered with 410 is the last one: the receiver wants nothing any more', async () => {
    const { queue, sender, stop } = part();
    for (let key = 0; key < 10; key += 1) await queue.tell(event(String(key)));
    answer = (response) => void response.writeHead(410).end();
    await sender.sendDue();
    expect((await rows()).every(({ state }) => state === 'dead')).toBe(true);
    expect(received.length).toBe(8);
    await stop();
  });

  it('follows no redirect', async () => {
    const { queue, sender, stop } = part();
    await queue.tell(event());
    answer = (response) => void response.writeHead(307, { Location: '/elsewhere' }).end();
    await sender.sendDue();
    expect(received).toHaveLength(1);
    expect(await rows()).toMatchObject([{ state: 'waiting', last_error: expect.stringContaining('redirects are not followed') as string }]);
    await stop();
  });

  it('outlives a restart of the controller while the receiver is down', async () => {
    const before = part();
    await before.queue.tell(event());
    await hangUp();
    await before.sender.sendDue();
    expect(await rows()).toMatchObject([{ state: 'waiting', attempts: 1 }]);
    await before.stop();
    await listen(port);
    now += 10_000;
    const after = part();
    await after.sender.sendDue();
    expect(received).toHaveLength(1);
    expect(await rows()).toMatchObject([{ state: 'delivered', attempts: 2 }]);
    await after.stop();
  });

  it('left behind by a controller that died is taken up by another, and by nobody before', async () => {
    const first = part();
    await first.queue.tell(event());
    await first.queue.claim(8, new Date(now), new Date(now + 31_000));
    const second = part();
    expect(await second.sender.sendDue()).toBe(0);
    now += 31_000;
    expect(await second.sender.sendDue()).toBe(1);
    await Promise.all([first.stop(), second.stop()]);
  });

  it('is made once by two controllers at once', async () => {
    const [first, second] = [part(), part()];
    for (let key = 0; key < 8; key += 1) await first.queue.tell(event(String(key)));
    await Promise.all([first.sender.sendDue(), second.sender.sendDue()]);
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(8);
    expect(received).toHaveLength(8);
    await Promise.all([first.stop(), second.stop()]);
  });
});

describe('an event', () => {
  it('that is told twice, or by two controllers, is stored once; one that nobody wants is not', async () => {
    const { queue, stop } = part();
    await Promise.all([queue.tell(event()), queue.tell(event())]);
    await queue.tell(event('1', { type: 'agent.gone' }));
    expect(await rows()).toHaveLength(1);
    await stop();
  });

  it('is dropped when too many wait', async () => {
    const { queue, stop } = part([hook()], 3);
    for (let key = 0; key < 5; key += 1) await queue.tell(event(String(key)));
    expect(await rows()).toHaveLength(3);
    await stop();
  });
});

it('metrics tell what became of messages, and how many wait', async () => {
  const registry = new MetricsRegistry('t_');
  const metrics = new WebhookMetrics(registry);
  const { queue, sender, stop } = part([hook(), hook({ name: 'quiet', events: ['agent.gone'] })], 10, metrics);
  const scrape = async (): Promise<Scrape> => {
    const waiting = await queue.waiting();
    return new Scrape((await registry.exposition(() => { metrics.fill(waiting); })).body);
  };
  const outcomes = async (webhook: string): Promise<(number | undefined)[]> => {
    const page = await scrape();
    return [...['delivered', 'later', 'dead', 'dropped'].map((outcome) => page.value('t_webhook_deliveries_total', { webhook, outcome })), page.value('t_webhook_deliveries_waiting', { webhook })];
  };
  for (let key = 0; key < 12; key += 1) await queue.tell(event(String(key)));
  expect(await outcomes('ops')).toEqual([0, 0, 0, 2, 10]);
  await sender.sendDue();
  expect(await outcomes('ops')).toEqual([8, 0, 0, 2, 2]);
  answer = (response) => void response.writeHead(500).end();
  await sender.sendDue();
  expect(await outcomes('ops')).toEqual([8, 2, 0, 2, 2]);
  await queue.tell(event('13'));
  answer = (response) => void response.writeHead(410).end();
  await sender.sendDue();
  expect(await outcomes('ops')).toEqual([8, 2, 3, 2, 0]);
  expect(await outcomes('quiet')).toEqual([0, 0, 0, 0, 0]);
  await stop();
});

describe('a private address', () => {
  it.each(['127.0.0.1', '10.1.2.3', '169.254.169.254', '192.168.0.1', '172.31.255.255', '100.64.0.1', '0.0.0.0', '::1', 'fe80::1', 'fd00::1', '::ffff:10.0.0.1', '::ffff:7f00:1', '64:ff9b::a00:1', 'nonsense'])('%s is one', (address) => {
    expect(isPrivateAddress(address)).toBe(true);
  });
  it.each(['8.8.8.8', '172.32.0.1', '2606:4700::1111', '::ffff:8.8.8.8'])('%s is none', (address) => {
    expect(isPrivateAddress(address)).toBe(false);
  });

  it.each(['http://127.0.0.1', 'http://localhost', 'http://[::1]'])('as of %s is not asked unless the configuration says so', async (origin) => {
    const { queue, sender, stop } = part([hook({ url: `${origin}:${port}/hook`, privateAddresses: false })]);
    await queue.tell(event());
    await sender.sendDue();
    expect(received).toEqual([]);
    expect(await rows()).toMatchObject([{ last_error: expect.stringContaining('private address') as string }]);
    await stop();
  });

  it('is refused as it stands in a URL', () => {
    expect(() => requirePublic('[::1]')).toThrow('private address');
    expect(() => requirePublic('example.com')).not.toThrow();
  });
});
