import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { Scrape } from '../../support/prometheus-text.js';
import { secret } from '../../support/secret-values.js';
import { until } from '../../support/until.js';
import { startWorld } from './start-controller.js';

const SECRET = `whsec_${Buffer.from(secret('key of a webhook')).toString('base64')}`;
const FILES = {
  'sync.json': { mappings: [{ name: 'people', source: 'system/none/account', target: 'system/memory/account', properties: [{ source: 'mail', target: 'mail' }] }] },
  'schedule-nightly.json': { schedule: '0 0 2 * * ? 2099', timeZone: 'UTC', persisted: true, invokeService: 'sync', invokeContext: { action: 'reconcile', mapping: 'people' } },
};

it('a schedule whose run fails is told to a receiver, and both are on the page of metrics', async () => {
  const received: unknown[] = [];
  const receiver = createServer((message, response) => {
    let body = '';
    message.on('data', (chunk: Buffer) => { body += chunk.toString(); }).on('end', () => {
      received.push(JSON.parse(body));
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const world = await startWorld({
    sections: `metrics: { port: 0 }\nwebhooks: [{ name: ops, url: "http://127.0.0.1:${(receiver.address() as AddressInfo).port}/", secret: "${SECRET}", events: [schedule.failed], privateAddresses: true }]`, files: FILES,
  });
  const scrape = async (): Promise<Scrape> => new Scrape(await (await fetch(`http://127.0.0.1:${world.controller.metricsPort}/metrics`)).text());
  try {
    let run = '';
    // The database is opened, and the file read, while the controller answers already.
    await until(async () => {
      const { status, body } = await world.call('POST', '/openidm/scheduler/job/nightly?_action=trigger') as { readonly status: number; readonly body: { readonly run: string } };
      run = body.run;
      return status === 200;
    }, 'the schedule', 120_000);
    await until(() => received.length > 0, 'the message', 60_000);
    expect(received).toMatchObject([{ type: 'schedule.failed', data: { schedule: 'nightly', run, state: 'FAILED', message: expect.stringMatching(/^reconciliation \S+ ended as FAILED/) as string } }]);
    expect((await world.call('GET', `/openidm/scheduler/run/${run}`)).body).toMatchObject({ schedule: 'nightly', state: 'FAILED' });
    const delivered = async (): Promise<boolean> => (await scrape()).value('causeway_controller_webhook_deliveries_total', { webhook: 'ops', outcome: 'delivered' }) === 1;
    await until(delivered, 'the delivery on the page', 60_000);
    const page = await scrape();
    expect(page.value('causeway_controller_webhook_deliveries_waiting', { webhook: 'ops' })).toBe(0);
    expect(page.value('causeway_controller_schedule_runs_total', { schedule: 'nightly', state: 'FAILED' })).toBe(1);
    expect(page.value('causeway_controller_schedule_run_duration_seconds_count', { schedule: 'nightly' })).toBe(1);
  } finally {
    await world.stop();
    receiver.closeAllConnections();
    receiver.close();
  }
}, 240_000);
