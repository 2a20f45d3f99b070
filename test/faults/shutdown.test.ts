import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startChain, type Chain } from '../support/chain.js';
import { holdSearch } from '../support/held-search.js';
import { peopleLdif } from '../support/people-ldif.js';
import { until } from '../support/until.js';

const PEOPLE = 5_000;
const ACCOUNT = '/openidm/system/ldap/account';

let chain: Chain;
beforeEach(async () => {
  chain = await startChain({ ldap: { modules: [], ldif: peopleLdif(0, PEOPLE, 'ou=people,dc=example,dc=com', 4_000) }, controller: { config: { shutdownGrace: '5s' } } });
}, 120_000);
afterEach(() => chain.stop());

describe('SIGTERM', () => {
  it('to the agent: the search under way ends whole, new operations are refused as retryable, the exit code is 0', async () => {
    const search = holdSearch(chain.rest, `${ACCOUNT}?_queryFilter=true`);
    await search.held;
    chain.agent.process.signal('SIGTERM');
    await chain.agent.process.ready(() => chain.agent.process.logged('SIGTERM').length > 0, 'the agent to notice the signal');
    const refused = await chain.rest.send(`${ACCOUNT}?_queryFilter=${encodeURIComponent('uid eq "user1"')}`);
    expect(refused).toMatchObject({ status: 503, body: { code: 503, reason: 'Service Unavailable' } });
    expect(chain.agent.process.isRunning).toBe(true);
    search.release();
    expect(await search.result).toMatchObject({ status: 200, objects: PEOPLE, cut: undefined, end: { resultCount: PEOPLE } });
    expect(await chain.agent.process.ended).toEqual({ code: 0, signal: null });
  });

  it('to the controller: new requests are refused, the search under way ends whole, the exit code is 0', async () => {
    const search = holdSearch(chain.rest, `${ACCOUNT}?_queryFilter=true`);
    await search.held;
    chain.controller.process.signal('SIGTERM');
    await until(() => chain.rest.send('/openidm/info/ping').then(() => false, () => true), 'new connections to be refused');
    search.release();
    expect(await search.result).toMatchObject({ status: 200, objects: PEOPLE, cut: undefined, end: { resultCount: PEOPLE } });
    expect(await chain.controller.process.ended).toEqual({ code: 0, signal: null });
  });

  it('to the controller: a caller that does not read on is cut when the grace is over, and told apart from a whole answer', async () => {
    const search = holdSearch(chain.rest, `${ACCOUNT}?_queryFilter=true`);
    await search.held;
    const asked = performance.now();
    chain.controller.process.signal('SIGTERM');
    expect(await chain.controller.process.ended).toEqual({ code: 0, signal: null });
    expect(performance.now() - asked).toBeLessThan(15_000);
    search.release();
    const { cut, end, objects } = await search.result;
    expect(objects).toBeLessThan(PEOPLE);
    expect(cut ?? end?.['error']).toBeDefined();
  });
});
