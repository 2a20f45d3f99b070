import { WebSocket } from 'ws';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { HandMadeAgent, DialledSocket } from '../../support/hand-made-agent.js';
import { until } from '../../support/until.js';
import { startPostgresql } from '../../targets/postgresql.js';
import type { DatabaseServer } from '../../targets/database-server.js';
import { startEnrolmentWorld, type EnrolmentWorld } from './enrolment-world.js';

/** Two controllers with one PostgreSQL and copies of one authority. */

let server: DatabaseServer;
let count = 0;
let first: EnrolmentWorld;
let second: EnrolmentWorld;
const sockets: DialledSocket[] = [];

beforeAll(async () => { server = await startPostgresql(); }, 60_000);
afterAll(() => server.stop());
beforeEach(async () => {
  await server.query(`CREATE DATABASE register${count += 1}`);
  const more = { store: { url: `postgresql://${server.user}@127.0.0.1:${server.port}/register${count}?sslmode=disable`, password: server.password } };
  first = await startEnrolmentWorld({ more, gateway: { registerGrace: '3s' } });
  second = await startEnrolmentWorld({ more, ca: first.path('ca'), gateway: { registerGrace: '3s' } });
}, 60_000);
afterEach(async () => {
  for (const { socket } of sockets.splice(0)) socket.terminate();
  await Promise.all([first.stop(), second.stop()]);
});

async function dial(agent: HandMadeAgent, at: EnrolmentWorld): Promise<DialledSocket> {
  const dialled = await agent.dial(at.gatewayPort);
  sockets.push(dialled);
  return dialled;
}
const isClosed = ({ socket }: DialledSocket): boolean => socket.readyState === WebSocket.CLOSED;
const refusal = (agent: HandMadeAgent, at: EnrolmentWorld): Promise<string> => dial(agent, at).then(() => 'let in', String);

describe('controllers that share a database', () => {
  it('know at once who enrolled at another, and close connections of whoever is revoked at another', async () => {
    const agent = await first.enrolled('site1', '--group', 'berlin');
    const there = await dial(agent, second);
    const startedAt = performance.now();
    await first.command('revoke', '--agent', 'site1');
    const revokedAt = performance.now();
    await until(() => Promise.resolve(isClosed(there)), 'the connection at the other controller to be closed');
    console.log(`revoked in ${Math.round(revokedAt - startedAt)} ms, closed at the other controller ${Math.round(performance.now() - revokedAt)} ms later`);
    expect(await refusal(agent, second)).toContain('403');
    expect(JSON.parse(await second.command('list', '--all', '--json'))).toMatchObject({ revokedAgents: [{ agent: 'site1' }] });
  }, 60_000);

  it('let nobody enrol while the database is away, go on with whom they know, and refuse everybody after the time that is set', async () => {
    const agent = await first.enrolled('site1');
    await dial(agent, second);
    const token = await first.token('site2');
    await server.pause();
    try {
      const other = await import('../../support/hand-made-agent.js').then(({ HandMadeAgent: Made }) => new Made());
      expect((await other.enrol(first.enrolmentPort, token)).status).toBe(503);
      const known = await dial(agent, second);
      await until(() => Promise.resolve(isClosed(known)), 'connections to be closed when the time is over', 20_000);
      expect(await refusal(agent, second)).toContain('503');
      await server.resume();
      await until(async () => await refusal(agent, second) === 'let in', 'the agent to be let in again', 60_000);
      expect((await other.enrol(first.enrolmentPort, token)).status).toBe(200);
    } finally {
      await server.resume().catch(() => undefined);
    }
  }, 120_000);
});
