import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startAgent, startController, type Agent, type Controller } from '../../support/causeway-processes.js';
import { makeWorld, type World } from '../../support/causeway-world.js';
import { until } from '../../support/until.js';
import { SCOPE, startOAuthServer, type OAuthServer } from './support/oauth-server.js';
import { secret } from '../../support/secret-values.js';

/** A real OAuth 2 server, our controller and our agents as processes: tokens are all the agents show. */
const SECRET = `${secret('OAuth client secret')}&=+%`;
let world: World;
let oauth: OAuthServer;
let controllers: Controller[];
const agents: Agent[] = [];
beforeAll(async () => {
  world = await makeWorld();
  oauth = await startOAuthServer([{ id: 'cloud1', secret: SECRET, method: 'client_secret_basic' }, { id: 'cloud2', secret: SECRET, method: 'client_secret_post' }]);
  const gateway = { oauth: { issuer: oauth.issuer, jwksUri: oauth.jwksUri, audience: 'urn:causeway:controller', requiredScopes: [SCOPE] }, tls: { ...world.controllerKeys, clientCertificates: 'optional' } };
  controllers = [await startController(world, { config: { gateway } }), await startController(world, { config: { gateway, data: world.path('data2') } })];
}, 120_000);
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.process.kill();
});
afterAll(async () => {
  for (const controller of controllers) await controller.process.kill();
  await Promise.all([oauth.close(), world.remove()]);
});

async function agentWith(name: string, auth: object, config: Readonly<Record<string, unknown>> = {}, connected = true): Promise<Agent> {
  const agent = await startAgent(world, {
    name, controller: controllers[0], keys: world.controllerKeys, connected,
    config: { tls: { certificate: undefined, key: undefined }, auth: { oauth: { tokenEndpoint: oauth.tokenEndpoint, clientSecret: SECRET, scope: SCOPE, ...auth } }, ...config },
  });
  agents.push(agent);
  return agent;
}

const serving = async (agent: Agent): Promise<number[]> => ((await agent.health.send('/readyz')).body as { controllers: { serving: number }[] }).controllers.map((controller) => controller.serving);
const urls = (): string[] => controllers.map(({ gatewayUrl }) => gatewayUrl);

describe('an agent with OAuth 2 client credentials', () => {
  it('asks once for all sockets of all controllers of one client, and is known by its client id', async () => {
    const before = oauth.granted.length;
    const agent = await agentWith('cloud1', { clientId: 'cloud1' }, { controllers: urls().map((url) => ({ url, sockets: 3 })) });
    await until(async () => String(await serving(agent)) === '3,3', 'three sockets at each controller');
    expect(oauth.granted.slice(before)).toEqual(['cloud1']);
    for (const controller of controllers) {
      const { openicf } = await controller.rest.post('/openidm/system?_action=testConnectorServers') as { openicf: { name: string; ok: boolean }[] };
      expect(openicf).toContainEqual(expect.objectContaining({ name: 'cloud1', ok: true }));
    }
  });

  it('sends its secret in the form where the client is registered for that, one token for each of two clients', async () => {
    const before = oauth.granted.length;
    const [first, second] = urls();
    const agent = await agentWith('cloud2', { clientId: 'cloud2', clientAuthentication: 'post' }, {
      controllers: [{ url: first }, { url: second, auth: { oauth: { tokenEndpoint: oauth.tokenEndpoint, clientId: 'cloud1', clientSecret: SECRET, scope: SCOPE } } }],
    });
    await until(async () => String(await serving(agent)) === '2,2', 'both controllers');
    expect(oauth.granted.slice(before).sort()).toEqual(['cloud1', 'cloud2']);
  });

  it('dials with a fresh token when the old one has run out, without being gone', async () => {
    oauth.tokenLife = 3;
    try {
      const before = oauth.granted.length;
      const agent = await agentWith('cloud1', { clientId: 'cloud1' }, { controllers: [{ url: controllers[0]?.gatewayUrl, sockets: 2, connectionTtl: '1s' }] });
      let gone = 0;
      await until(async () => {
        if (!(await agent.isConnected())) gone += 1;
        return oauth.granted.length - before >= 4;
      }, 'three renewals', 30_000, 50);
      expect(gone).toBe(0);
      expect(oauth.granted.length - before).toBeLessThanOrEqual(6);
      expect(agent.process.logged('refused our credentials')).toHaveLength(0);
    } finally {
      oauth.tokenLife = 600;
    }
  });

  it('whose secret is wrong says so, once, and does not hammer the token endpoint', async () => {
    const before = oauth.refused.length;
    const agent = await agentWith('cloud1', { clientId: 'cloud1', clientSecret: secret('wrong OAuth client secret') }, { controllers: urls().map((url) => ({ url, sockets: 3 })) }, false);
    await agent.process.ready(() => agent.process.logged('invalid_client').length > 0, 'the log to say so');
    await new Promise((resolve) => { setTimeout(resolve, 3000); }); // longer than the longest wait of an ordinary failure here
    expect(oauth.refused.slice(before)).toEqual(['invalid_client']);
    const lines = agent.process.logged('invalid_client');
    expect(lines.length).toBeLessThanOrEqual(2); // one for each controller
    expect(JSON.stringify(lines)).toMatch(/check auth\.oauth\.clientId and clientSecret/);
    expect(agent.process.logged('wr0ng-secret')).toHaveLength(0);
  });

  it('whose token lacks a scope the controller wants is told what to look at', async () => {
    const agent = await agentWith('cloud1', { clientId: 'cloud1', scope: undefined }, {}, false);
    await agent.process.ready(() => agent.process.logged('refused our credentials').length > 0, 'the log to say so');
    expect(JSON.stringify(agent.process.logged('refused our credentials'))).toMatch(/the token is new: check the rights and the scope of the client/);
  });
});
