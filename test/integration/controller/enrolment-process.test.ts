import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAgentKey } from '../../../certs/enrolment/certificate-request.js';
import { spawnCauseway, startController, type Controller } from '../../support/causeway-processes.js';
import { makeWorld, type World } from '../../support/causeway-world.js';
import { freePorts } from '../../support/free-ports.js';
import { HandMadeAgent } from '../../support/hand-made-agent.js';
import { until } from '../../support/until.js';
import { holdToken } from '../../support/secret-values.js';

/** Processes as they are installed: a controller, and commands beside it. */

let world: World;
let controller: Controller;
let port: number;
let gatewayPort: number;
beforeAll(async () => {
  world = await makeWorld();
  [port] = await freePorts(1) as [number];
  controller = await startController(world, { config: { enrolment: { port, address: '127.0.0.1', authority: world.path('ca') } } });
  gatewayPort = Number(new URL(controller.gatewayUrl).port);
}, 60_000);
afterAll(async () => {
  await controller.process.kill();
  await world.remove();
});

async function command(...args: string[]): Promise<string> {
  const run = spawnCauseway('command', ['controller', 'enrolment', ...args, '--config', world.path('controller.yaml')]);
  const { code } = await run.ended;
  const output = run.lines.map(({ text }) => text).join('\n');
  if (code !== 0) throw new Error(`${args.join(' ')}: ${output}`);
  if (args[0] === 'token') holdToken(output);
  return output;
}

/** Asks until it is answered, as an agent does whose controller may be killed at any time. */
async function persistently<T>(action: () => Promise<T>, what: string): Promise<T> {
  const found: T[] = [];
  await until(async () => {
    await action().then((value) => { found.push(value); }, () => undefined);
    return found.length > 0;
  }, what, 60_000, 100);
  return found[0] as T;
}

describe('commands beside a controller that runs', () => {
  it('make a token that works at once, and revoke its agent: connections are closed within seconds', async () => {
    const agent = new HandMadeAgent();
    const token = await command('token', '--agent', 'site1', '--group', 'berlin');
    expect(token).toMatch(/^cwe1\.[\w-]+$/);
    expect(await agent.enrol(port, token)).toMatchObject({ status: 200 });
    const open = await agent.dial(gatewayPort);
    await until(async () => /site1 \(berlin\) .*in use/.test(await command('list')), 'the certificate to be in use', 20_000);
    const before = performance.now();
    await command('revoke', '--agent', 'site1');
    const { code, reason, at } = await open.closed;
    process.stderr.write(`revocation, the command's own start included: ${Math.round(at - before)} ms\n`);
    expect({ code, reason }).toEqual({ code: 4403, reason: 'the certificate is revoked' });
    expect(at - before).toBeLessThan(10_000);
    await expect(agent.dial(gatewayPort)).rejects.toThrow('403');
    await controller.restart();
    await expect(agent.dial(gatewayPort)).rejects.toThrow('403');
    expect(JSON.stringify(controller.process.lines)).not.toContain(token.slice(5));
  });

  it('are refused with a reason', async () => {
    await expect(command('token', '--agent', 'a/b')).rejects.toThrow(/is no agent name/);
    await expect(command('token', '--agent', 'x', '--life', '30d')).rejects.toThrow(/7 days at most/);
    await expect(command('revoke')).rejects.toThrow(/Say whom/);
    await expect(command('rotate-ca', '--finish')).rejects.toThrow(/nothing to finish/);
  });
});

describe('a controller that is killed again and again while agents enrol and renew', () => {
  it('leaves nobody out: each agent ends with a certificate that counts, by the token and the keys it had', async () => {
    const tokens = [];
    for (let index = 0; index < 6; index += 1) tokens.push(await command('token', '--agent', `crash${index}`));
    const ended = new AbortController();
    const killer = (async () => {
      for (let round = 0; round < 5 && !ended.signal.aborted; round += 1) {
        await new Promise((resolve) => { setTimeout(resolve, 30 + Math.random() * 250); });
        await controller.kill();
        await controller.restart();
      }
    })();
    const agents = await Promise.all(tokens.map(async (token) => {
      const agent = new HandMadeAgent();
      const key = await makeAgentKey();
      await persistently(async () => { expect((await agent.enrol(port, token, key)).status).toBe(200); }, 'an enrolment');
      for (let renewal = 0; renewal < 4; renewal += 1) {
        const next = await makeAgentKey();
        await persistently(async () => { expect((await agent.renew(port, { key: next })).status).toBe(200); }, 'a renewal');
      }
      return agent;
    }));
    ended.abort();
    await killer;
    for (const agent of agents) (await agent.dial(gatewayPort)).socket.terminate();
  }, 180_000);
});
