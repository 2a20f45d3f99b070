import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { signedHeaders, signingKey } from '../../../controller/webhooks/signature.js';
import { secret } from '../../support/secret-values.js';
import { until } from '../../support/until.js';
import { startWorld } from './start-controller.js';

const SECRET = `whsec_${Buffer.from(secret('key of a webhook')).toString('base64')}`;

it('a controller tells a receiver that a reconciliation has ended, and shows that it did', async () => {
  const received: { readonly headers: Record<string, unknown>; readonly body: string }[] = [];
  const receiver = createServer((message, response) => {
    let body = '';
    message.on('data', (chunk: Buffer) => { body += chunk.toString(); }).on('end', () => {
      received.push({ headers: message.headers, body });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const world = await startWorld({
    sections: `webhooks: [{ name: ops, url: "http://127.0.0.1:${(receiver.address() as AddressInfo).port}/x?token=hidden", secret: "${SECRET}", privateAddresses: true }]`,
    files: { 'sync.json': { mappings: [{ name: 'people', source: 'system/none/account', target: 'system/memory/account', properties: [{ source: 'mail', target: 'mail' }] }] } },
  });
  try {
    let id = '';
    // The database is opened while the controller answers already.
    await until(async () => {
      const { status, body } = await world.call('POST', '/openidm/recon?_action=recon&mapping=people&waitForCompletion=true') as { readonly status: number; readonly body: { readonly _id: string } };
      id = body._id;
      return status === 200;
    }, 'the database', 120_000);
    await until(() => received.length > 0, 'the message', 60_000);
    const [{ headers, body }] = received as [typeof received[number]];
    expect(JSON.parse(body)).toMatchObject({ type: 'reconciliation.ended', data: { reconciliation: id, mapping: 'people', state: 'FAILED' } });
    const message = { id: String(headers['webhook-id']), timestamp: Number(headers['webhook-timestamp']), body };
    expect(headers['webhook-signature']).toBe(signedHeaders(message, signingKey(SECRET))['webhook-signature']);
    const one = `/openidm/webhook/delivery/${message.id}`;
    await until(async () => ((await world.call('GET', one)).body as { state: string }).state === 'delivered', 'the delivery');
    expect((await world.call('GET', '/openidm/webhook/delivery?_queryFilter=state%20eq%20%22delivered%22')).body).toMatchObject({ resultCount: 1, result: [{ _id: message.id, webhook: 'ops', lastStatus: 204 }] });
    expect(await world.call('POST', `${one}?_action=retry`)).toMatchObject({ status: 200, body: { action: 'retry' } });
    await until(() => received.length > 1, 'the message again');
    const shown = await world.call('GET', '/openidm/webhook?_queryFilter=true');
    expect(shown.body).toMatchObject({ result: [{ _id: 'ops' }] });
    expect(JSON.stringify(shown.body)).not.toMatch(/hidden|whsec/);
    expect((await world.call('POST', `${one}?_action=dance`)).status).toBe(400);
    expect((await world.call('GET', '/openidm/webhook/delivery/none')).status).toBe(404);
  } finally {
    await world.stop();
    receiver.closeAllConnections();
    receiver.close();
  }
}, 240_000);
