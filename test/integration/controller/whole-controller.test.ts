import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OAuth2Server } from 'oauth2-mock-server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { sandboxWorker } from '../../support/sandbox-worker.js';
import { dialIn, startWorld, type TestAgent, type World } from './start-controller.js';

// Threads run no TypeScript.
vi.mock(import('../../../controller/mappings/open-scripts.js'), async (original) => {
  const [actual, worker] = [await original(), await sandboxWorker()];
  return { ...actual, openScripts: (options) => actual.openScripts({ ...options, worker }) };
});

let world: World;
const agents: TestAgent[] = [];
afterEach(async () => {
  await Promise.all(agents.splice(0).map((agent) => agent.stop()));
  await world.stop();
});

async function connected(name = 'site1'): Promise<TestAgent> {
  const agent = await dialIn(world.controller.gatewayPort ?? 0, await world.credentials(name));
  agents.push(agent);
  await vi.waitFor(async () => expect((await world.call('POST', '/openidm/system/memory?_action=test')).body).toMatchObject({ ok: true }), { timeout: 10_000 });
  return agent;
}

const mapping = {
  name: 'copy', source: 'system/memory/account', target: 'system/memory/copy', correlation: [{ source: 'userName', target: 'userName' }],
  properties: [{ source: 'userName', target: 'userName' }, { source: 'mail', target: 'mail' }],
};

describe('a whole controller', () => {
  it('lets an agent in with an OAuth 2 token, and not with one of another audience or without the scope', async () => {
    const issuer = new OAuth2Server();
    await issuer.issuer.keys.generate('RS256');
    await issuer.start(0, '127.0.0.1');
    const url = issuer.issuer.url ?? '';
    const token = (claims: object): Promise<string> => issuer.issuer.buildToken({ scopesOrTransform: (_header, payload) => Object.assign(payload, { sub: 'site-oauth', aud: 'causeway', scope: 'fr:idm:*' }, claims) });
    try {
      world = await startWorld({ gateway: () => `oauth: { issuer: "${url}", jwksUri: "${url}/jwks", audience: causeway, requiredScopes: ["fr:idm:*"] }` });
      const dial = async (claims: object): Promise<void> => {
        agents.push(await dialIn(world.controller.gatewayPort ?? 0, { ca: world.authority.certificate, headers: { Authorization: `Bearer ${await token(claims)}` } }));
      };
      await expect(dial({ aud: 'somebody else' })).rejects.toThrow('401');
      await expect(dial({ scope: 'other' })).rejects.toThrow('401');
      await expect(dial({ exp: 1 })).rejects.toThrow('401');
      await expect(dial({ sub: 'not a name' })).rejects.toThrow('403');
      await dial({});
      await vi.waitFor(async () => expect((await world.call('POST', '/openidm/system?_action=testConnectorServers')).body).toMatchObject({ openicf: [{ name: 'site-oauth', ok: true }] }), { timeout: 10_000 });
    } finally {
      await issuer.stop();
    }
  });

  it('reconciles over REST: refuses what is wrong, answers as documented, keeps the runs', async () => {
    world = await startWorld();
    await writeFile(join(world.folder, 'conf', 'sync.json'), JSON.stringify({ mappings: [mapping, { ...mapping, name: 'scripted', onCreate: { type: 'groovy' } }] }));
    await connected();
    const recon = (query: string, body: unknown = {}): ReturnType<World['call']> => world.call('POST', `/openidm/recon?${query}`, body);
    expect((await recon('_action=reconByQuery&mapping=copy')).body).toMatchObject({ code: 400, message: 'Unknown action reconByQuery' });
    expect((await recon('_action=recon')).status).toBe(400);
    expect((await recon('_action=recon&mapping=none')).body).toMatchObject({ code: 409, message: 'No such mapping: none' });
    expect((await recon('_action=recon&mapping=scripted')).body).toMatchObject({ code: 409, message: expect.stringContaining('onCreate') as string });
    expect((await recon('_action=reconById&mapping=copy')).status).toBe(400);
    expect((await world.call('GET', '/openidm/recon/none')).body).toMatchObject({ code: 404, message: 'Reconciliation with id none not found.' });
    const failed = await recon('_action=recon&mapping=copy&waitForCompletion=true');
    expect(failed).toMatchObject({ status: 200, body: { state: 'FAILED' } });
    const started = await recon('_action=recon&mapping=copy', { allowEmptySourceSet: true });
    expect(Object.keys(started.body as object)).toEqual(['_id', 'state']);
    const { body } = await world.call('GET', '/openidm/recon') as { body: { reconciliations: { _id: string }[] } };
    expect(body.reconciliations.map(({ _id }) => _id)).toEqual([(failed.body as { _id: string })._id, (started.body as { _id: string })._id]);
    expect((await world.call('POST', `/openidm/recon/${(started.body as { _id: string })._id}?_action=cancel`)).body).toMatchObject({ action: 'cancel', status: 'SUCCESS' });
  });

  it('runs scripts of mappings, which ask the controller itself', async () => {
    world = await startWorld();
    const source = "throw new Error('it sees ' + openidm.query('system/memory/account', {_queryFilter: 'true'}).resultCount + ' objects')";
    await writeFile(join(world.folder, 'conf', 'sync.json'), JSON.stringify({ mappings: [{ ...mapping, onRecon: { type: 'text/javascript', source } }] }));
    const { facade } = await connected();
    facade.add('a', {});
    facade.add('b', {});
    const { body } = await world.call('POST', '/openidm/recon?_action=recon&mapping=copy&waitForCompletion=true') as { body: { _id: string } };
    expect((await world.call('GET', `/openidm/recon/${body._id}`)).body).toMatchObject({ state: 'FAILED', message: expect.stringMatching(/^onRecon: .*it sees 2 objects$/) as string });
  });

  it('keeps liveSync\'s state where it can be looked at and reset', async () => {
    world = await startWorld();
    const { facade } = await connected();
    facade.latestToken = { value: 7n };
    expect((await world.call('POST', '/openidm/system/memory/account?_action=liveSync')).body).toMatchObject({ connectorData: { syncToken: 7 } });
    const stage = '/openidm/repo/synchronisation/pooledSyncStage/SYSTEMMEMORYACCOUNT';
    expect((await world.call('GET', stage)).body).toEqual({ _id: 'SYSTEMMEMORYACCOUNT', _rev: '1', connectorData: { nativeType: 'JAVA_TYPE_LONG', syncToken: 7 } });
    expect((await world.call('PUT', stage, { connectorData: { nativeType: 'nonsense', syncToken: 1 } })).status).toBe(400);
    expect((await world.call('PUT', stage, { connectorData: { nativeType: 'JAVA_TYPE_LONG', syncToken: 3 } })).status).toBe(200);
    await world.call('POST', '/openidm/system/memory/account?_action=liveSync');
    expect(facade.named('sync')[0]?.token).toEqual({ value: 3n });
    expect((await world.call('DELETE', stage)).status).toBe(200);
    expect((await world.call('GET', stage)).status).toBe(404);
  });

  it('says it is stopping, lets what runs finish, and takes nothing new', async () => {
    world = await startWorld();
    const { facade } = await connected();
    let open = (): void => undefined;
    facade.gate = new Promise((resolve) => { open = resolve; });
    facade.add('bob');
    const running = world.call('GET', '/openidm/system/memory/account/u1');
    await vi.waitFor(() => expect(facade.named('get')).toHaveLength(1), { timeout: 10_000 });
    const stopped = world.controller.stop();
    await vi.waitFor(() => expect(fetch(`${world.url}/openidm/info/ping`)).rejects.toThrow(), { timeout: 10_000 });
    open();
    expect((await running).body).toMatchObject({ userName: 'bob' });
    await stopped;
  });
});
