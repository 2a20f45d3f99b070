import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, type World } from '../../support/causeway-world.js';
import { until } from '../../support/until.js';
import { prepareNats, type Nats } from '../../targets/nats.js';

/** What one controller's certificate can do at a server with the configuration we ship (deploy/nats/nats-server.conf). */

let world: World;
let nats: Nats;
beforeAll(async () => {
  world = await makeWorld();
  nats = await prepareNats(world.path('nats'), world.authority, ['c1', 'c2']);
  await nats.start();
});
afterAll(async () => {
  await nats.stop();
  await world.remove();
});

async function as(node: string): Promise<{ readonly connection: NatsConnection; readonly refused: string[] }> {
  const { certificate, key, ca } = await nats.credentials(node);
  const connection = await connect({ servers: nats.url, tls: { certFile: certificate, keyFile: key, caFile: ca }, inboxPrefix: `causeway.inbox.${node}`, reconnect: false, timeout: 2_000 });
  const refused: string[] = [];
  const follow = async (): Promise<void> => { for await (const status of connection.status()) if (status.type === 'error') refused.push(status.error.message); };
  void follow();
  return { connection, refused };
}

describe('a controller at NATS', () => {
  it('is nobody without a certificate, or with one of somebody who is no controller', async () => {
    const { ca } = await nats.credentials('c1');
    await expect(connect({ servers: nats.url, tls: { caFile: ca }, reconnect: false, timeout: 2_000 })).rejects.toThrow();
    await expect(as('site1')).rejects.toThrow();
  });

  it.each([
    ['send in the name of another', 'causeway.link.c1.c2'],
    ['write the lease of another', '$KV.causeway-controllers.c2'],
    ['write a claim of another', '$KV.causeway-agents.abc.c2'],
    ['send into the inbox of another', 'causeway.inbox.c2.x'],
    ['delete a bucket', '$JS.API.STREAM.DELETE.KV_causeway-agents'],
    ['purge a bucket', '$JS.API.STREAM.PURGE.KV_causeway-agents'],
    ['use another bucket', '$JS.API.STREAM.CREATE.KV_other'],
    ['send anything else', 'orders.new'],
  ])('cannot %s', async (_what, subject) => {
    const { connection, refused } = await as('c1');
    connection.publish(subject, 'x');
    await connection.flush();
    await until(() => refused.length > 0, `${subject} to be refused`, 5_000);
    expect(refused[0]).toMatch(/permissions violation/i);
    await connection.close();
  });

  it.each(['causeway.link.c2.>', 'causeway.link.>', 'causeway.inbox.c2.>', '$KV.causeway-agents.>', '>'])('cannot listen to %s', async (subject) => {
    const { connection } = await as('c1');
    const failure = await new Promise((resolve) => { connection.subscribe(subject, { callback: (error) => resolve(error) }); });
    expect(String(failure)).toMatch(/permissions violation/i);
    await connection.close();
  });

  it('can send in its own name to another', async () => {
    const [c1, c2] = await Promise.all([as('c1'), as('c2')]);
    const got: string[] = [];
    c2.connection.subscribe('causeway.link.c2.>', { callback: (_error, message) => { got.push(message.subject); } });
    await c2.connection.flush();
    c1.connection.publish('causeway.link.c2.c1', 'x');
    await until(() => got.length > 0, 'the message to arrive', 5_000);
    expect(got).toEqual(['causeway.link.c2.c1']);
    expect(c1.refused).toEqual([]);
    await Promise.all([c1.connection.close(), c2.connection.close()]);
  });
});
