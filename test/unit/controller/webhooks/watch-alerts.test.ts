import { expect, it } from 'vitest';
import type { ConnectorHost } from '../../../../controller/systems/connector-hosts.js';
import { AlertWatch } from '../../../../controller/webhooks/watch-alerts.js';
import type { WebhookEvent } from '../../../../controller/webhooks/webhook-event.js';

const START = Date.parse('2026-11-23T10:00:00Z');

function watch(certificates = new Map<string, number>()) {
  const told: WebhookEvent[] = [];
  const world = { now: START, hosts: { all: [] as ConnectorHost[] }, told };
  const alerts = new AlertWatch({ hosts: world.hosts, certificates: () => Promise.resolve(certificates), now: () => world.now, tell: async (event) => { told.push(event); } });
  return { ...world, alerts, at: (seconds: number, names: Record<string, boolean>) => {
    world.now = START + seconds * 1_000;
    world.hosts.all = Object.entries(names).map(([name, isOperational]) => ({ name, isOperational }) as ConnectorHost);
    return alerts.look();
  } };
}

it('an agent is told of once when it stays away, and when it is back', async () => {
  const { told, at } = watch();
  await at(0, { a: true, never: false });
  await at(5, { a: false, never: false });
  await at(34, { a: false, never: false });
  expect(told).toEqual([]);
  await at(36, { never: false });
  await at(600, { never: false });
  expect(told).toMatchObject([{ type: 'agent.gone', data: { agent: 'a', since: '2026-11-23T10:00:05.000Z' } }]);
  await at(700, { a: true, never: false });
  expect(told).toMatchObject([{ type: 'agent.gone' }, { type: 'agent.back', data: { agent: 'a', goneSince: '2026-11-23T10:00:05.000Z' } }]);
});

it('an agent that is back at once is not told of', async () => {
  const { told, at } = watch();
  for (const [seconds, isThere] of [[0, true], [5, false], [20, true], [40, false], [60, true]] as const) await at(seconds, { a: isThere });
  expect(told).toEqual([]);
});

it('a certificate is told of when it is about to end, by one key', async () => {
  const day = 86_400;
  const { told, at } = watch(new Map([['gateway', START / 1_000 + 13 * day], ['rest', START / 1_000 + 90 * day]]));
  await at(0, {});
  await at(3_601, {});
  expect(told.map(({ type, data }) => [type, data['certificate']])).toEqual([['certificate.expiring', 'gateway'], ['certificate.expiring', 'gateway']]);
  expect(new Set(told.map(({ key }) => key)).size).toBe(1);
});
