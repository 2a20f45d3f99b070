import { writeFile } from 'node:fs/promises';
import type { ClientOptions } from 'ws';
import { afterEach, describe, expect, it } from 'vitest';
import { hashPassword } from '../../../controller/authentication/password-hash.js';
import { until } from '../../support/until.js';
import { secret } from '../../support/secret-values.js';
import { PROVISIONER } from '../../unit/controller/start-rest.js';
import { startEnrolmentWorld, type EnrolmentWorld } from './enrolment-world.js';
import { dialIn, type TestAgent } from './start-controller.js';

/** Which agents a `connectorHostRef` with the name of a group reaches, by the certificates they show. */

const PASSWORD = secret('password of the administrator');
const hash = hashPassword(PASSWORD);
let world: EnrolmentWorld;
const agents: TestAgent[] = [];
afterEach(async () => {
  await Promise.all(agents.splice(0).map((agent) => agent.stop()));
  await world.stop();
});

async function start(certificateGroups?: string): Promise<void> {
  world = await startEnrolmentWorld({
    rest: { users: [{ name: 'openidm-admin', passwordHash: await hash }] }, gateway: certificateGroups === undefined ? {} : { certificateGroups },
  });
  const connectorRef = { ...PROVISIONER.connectorRef, connectorHostRef: 'berlin' };
  await writeFile(world.path('conf', 'provisioner.openicf-memory.json'), JSON.stringify({ ...PROVISIONER, connectorRef, configurationProperties: { host: 'x', password: secret('password of the provisioner') } }));
}

async function post(path: string): Promise<{ readonly ok?: boolean; readonly openicf?: readonly { readonly name: string; readonly ok: boolean }[] }> {
  const headers = { 'X-OpenIDM-Username': 'openidm-admin', 'X-OpenIDM-Password': PASSWORD };
  return (await fetch(`http://127.0.0.1:${world.restPort}${path}`, { method: 'POST', headers })).json() as Promise<{ ok?: boolean }>;
}
const servers = async (): Promise<readonly { readonly name: string; readonly ok: boolean }[]> => (await post('/openidm/system?_action=testConnectorServers')).openicf ?? [];
const isConnected = (name: string): Promise<boolean> => servers().then((all) => all.some((each) => each.name === name && each.ok));
const isReached = (): Promise<boolean> => post('/openidm/system/memory?_action=test').then(({ ok }) => ok === true, () => false);

async function join(options: ClientOptions): Promise<TestAgent> {
  const agent = await dialIn(world.gatewayPort, options);
  agents.push(agent);
  return agent;
}
/** Signed by the same authority, but by hand: not enrolled. */
async function byHand(name: string, group: string): Promise<ClientOptions> {
  const { certificate, privateKey } = await world.authority.issueAgent({ name, group });
  return { ca: world.ca, cert: certificate, key: privateKey };
}

describe('a group of certificates as connectorHostRef', () => {
  it('does not reach an agent that was not enrolled into it, whatever its certificate says', async () => {
    await start();
    await join((await world.enrolled('site1', '--group', 'hamburg')).shown);
    await join(await byHand('site2', 'berlin'));
    await until(async () => await isConnected('site1') && isConnected('site2'), 'both to be connected');
    expect(await isConnected('hamburg')).toBe(true);
    expect((await servers()).map(({ name }) => name)).not.toContain('berlin');
    expect(await isReached()).toBe(false);
  });

  it('reaches the agents enrolled into it, another one when one goes', async () => {
    await start();
    const first = await join((await world.enrolled('site1', '--group', 'berlin')).shown);
    const second = await join((await world.enrolled('site2', '--group', 'berlin')).shown);
    await until(isReached, 'the system to be reached by its group', 15_000);
    await first.stop();
    await until(isReached, 'the other one to be reached', 15_000);
    expect(await isConnected('berlin')).toBe(true);
    await second.stop();
    await until(async () => !(await isConnected('berlin')), 'nobody to be left');
  });

  it('reaches agents of any authority that is trusted, where the configuration says so, and nobody where it says that', async () => {
    await start('any');
    await join(await byHand('site2', 'berlin'));
    await until(isReached, 'the system to be reached by its group', 15_000);
    await Promise.all(agents.splice(0).map((agent) => agent.stop()));
    await world.stop();
    await start('none');
    await join((await world.enrolled('site1', '--group', 'berlin')).shown);
    await until(() => isConnected('site1'), 'the agent to be connected');
    expect((await servers()).map(({ name }) => name)).not.toContain('berlin');
  });
});
