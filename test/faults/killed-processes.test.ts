import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from 'ldapts';
import { BACKOFF_CAP_MS } from '../support/causeway-processes.js';
import { startChain, type Chain } from '../support/chain.js';
import { holdSearch } from '../support/held-search.js';
import { peopleLdif } from '../support/people-ldif.js';
import type { Json } from '../support/rest-client.js';
import { until } from '../support/until.js';

/** Larger than what sockets on the way can hold, so that a held search is really under way in every process. */
const PEOPLE = 6_000;
const SEARCH = '/openidm/system/ldap/account?_queryFilter=true';
const ACCOUNT = '/openidm/system/ldap/account';
/** The longest pause between two attempts, plus dialling and the first list of connectors on a busy machine. */
const BACK_WITHIN_MS = BACKOFF_CAP_MS + 8_000;

let chain: Chain;
beforeAll(async () => {
  chain = await startChain({
    ldap: { modules: [], ldif: peopleLdif(0, PEOPLE, 'ou=people,dc=example,dc=com', 4_000) },
    // Nobody comes back here: the search that lost its agent need not wait long for one.
    controller: { config: { session: { resumeWait: '1s' } } },
    // How long the agent keeps what it does for a controller that does not come back.
    agent: { config: { session: { resendTimeout: '5s' } } },
  });
}, 120_000);
afterAll(() => chain.stop());

const executing = async (): Promise<number> => {
  const { body } = await chain.agent.health.send('/readyz');
  return (body['controllers'] as { executing: number }[]).reduce((sum, controller) => sum + controller.executing, 0);
};

async function expectWholeSearch(): Promise<void> {
  const whole = await chain.rest.stream(`${SEARCH}&_fields=uid`);
  expect(whole).toMatchObject({ status: 200, objects: PEOPLE, cut: undefined, end: { resultCount: PEOPLE } });
}

async function entries(filter: string): Promise<number> {
  const client = new Client({ url: chain.ldap.url });
  await client.bind(chain.ldap.adminDn, chain.ldap.adminPassword);
  try {
    return (await client.search(chain.ldap.baseDn, { scope: 'sub', filter })).searchEntries.length;
  } finally {
    await client.unbind();
  }
}

/** Sends a create that hangs at the directory, kills the controller, lets the directory go on, and restarts the controller. */
async function killDuringCreate(uid: string): Promise<unknown> {
  process.kill(chain.ldap.pid, 'SIGSTOP');
  try {
    const before = await executing();
    const creating = chain.rest.send(`${ACCOUNT}?_action=create`, { method: 'POST', body: { dn: `uid=${uid},ou=people,dc=example,dc=com`, uid, cn: 'x', sn: 'x' } }).then((answer) => answer, (error: unknown) => error);
    await until(async () => (await executing()) > before, 'the create to reach the agent');
    await chain.controller.kill();
    return await creating;
  } finally {
    process.kill(chain.ldap.pid, 'SIGCONT');
  }
}

describe('the controller is killed', () => {
  it('during a search: the caller is cut off, never given a whole-looking answer; the agent is back within the bound', async () => {
    const search = holdSearch(chain.rest, SEARCH);
    await search.held;
    await chain.controller.kill();
    search.release();
    const { cut, end, objects } = await search.result;
    expect(cut).toBeDefined();
    expect(end).toBeUndefined();
    expect(objects).toBeLessThan(PEOPLE);
    await chain.controller.restart();
    await chain.controller.systemReady('ldap', BACK_WITHIN_MS);
    await expectWholeSearch();
    await until(async () => (await executing()) === 0, 'the agent to end the search nobody waits for');
  });

  it('during a create: the caller gets a connection error, and the entry is there at most once, also after trying again', async () => {
    const failure = await killDuringCreate('once');
    expect(failure).toBeInstanceOf(Error);
    await chain.controller.restart();
    await chain.controller.systemReady('ldap', BACK_WITHIN_MS);
    await until(async () => (await executing()) === 0, 'the create to end at the agent');
    expect(await entries('(uid=once)')).toBeLessThanOrEqual(1);
    const again = await chain.rest.send(`${ACCOUNT}?_action=create`, { method: 'POST', body: { dn: 'uid=once,ou=people,dc=example,dc=com', uid: 'once', cn: 'x', sn: 'x' } });
    expect([201, 412]).toContain(again.status);
    expect(await entries('(uid=once)')).toBe(1);
    const found = await chain.rest.ok(`${ACCOUNT}?_queryFilter=${encodeURIComponent('uid eq "once"')}`) as { result: Json[] };
    await chain.rest.ok(`${ACCOUNT}/${String(found.result[0]?.['_id'])}`, { method: 'DELETE' });
  });
});

describe('the agent is killed', () => {
  it('during a search: the answer ends in an error, and the next agent takes over', async () => {
    const search = holdSearch(chain.rest, SEARCH);
    await search.held;
    await chain.agent.kill();
    search.release();
    const { cut, end, objects, status } = await search.result;
    expect(status).toBe(200); // it was out before the failure
    expect(objects).toBeLessThan(PEOPLE);
    expect(cut ?? (end?.['error'] as Json | undefined)).toBeDefined();
    expect(end).toMatchObject({ error: { code: 503, reason: 'Service Unavailable' } });
    expect(JSON.stringify(end)).toContain('connection to the peer was lost');
    const meanwhile = await chain.rest.send(`${ACCOUNT}?_queryId=query-all-ids`);
    expect(meanwhile).toMatchObject({ status: 503, body: { code: 503, detail: { connectorMessage: expect.stringContaining('site1') as string } } });
    await chain.agent.restart();
    await chain.controller.systemReady('ldap', BACK_WITHIN_MS);
    await expectWholeSearch();
  });

  it('before the first object: the status is an error', async () => {
    process.kill(chain.ldap.pid, 'SIGSTOP');
    try {
      const before = await executing();
      const asking = chain.rest.stream(`${ACCOUNT}?_queryId=query-all-ids`);
      await until(async () => (await executing()) > before, 'the search to reach the agent');
      await chain.agent.kill();
      expect(await asking).toMatchObject({ status: 503, objects: 0, cut: undefined });
    } finally {
      process.kill(chain.ldap.pid, 'SIGCONT');
    }
    await chain.agent.restart();
    await chain.controller.systemReady('ldap', BACK_WITHIN_MS);
  });
});

describe('the directory goes away', () => {
  it('while nothing runs: the next operation says so, and the one after its return works', async () => {
    await chain.ldap.pause('SIGKILL');
    expect(await chain.rest.send(`${ACCOUNT}?_queryId=query-all-ids`)).toMatchObject({ status: 503, body: { code: 503 } });
    await chain.ldap.resume();
    await expectWholeSearch();
  });

  it('during a search: the answer ends in an error that names the server', async () => {
    const search = holdSearch(chain.rest, SEARCH);
    await search.held;
    await chain.ldap.pause('SIGKILL');
    search.release();
    const { end, objects } = await search.result;
    expect(objects).toBeLessThan(PEOPLE);
    expect(end).toMatchObject({ error: { code: 503, detail: { connectorMessage: expect.stringContaining(`127.0.0.1:${chain.ldap.port}`) as string } } });
    await chain.ldap.resume();
    await expectWholeSearch();
  });
});
