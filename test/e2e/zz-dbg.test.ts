import { it } from 'vitest';
import { startChain } from '../support/chain.js';
import { peopleLdif } from '../support/people-ldif.js';
import { holdSearch } from '../support/held-search.js';
import { until } from '../support/until.js';
it('x', async () => {
  const chain = await startChain({ ldap: { modules: [], ldif: peopleLdif(0, 6000, 'ou=people,dc=example,dc=com', 4000) }, agent: { config: { session: { resendTimeout: '5s' } } } });
  const executing = async () => { const { body } = await chain.agent.health.send('/readyz'); return (body['controllers'] as { executing: number }[])[0]!.executing; };
  for (let i = 0; i < 7; i++) {
    const search = holdSearch(chain.rest, '/openidm/system/ldap/account?_queryFilter=true'); await search.held; search.release(); await search.result;
    process.kill(chain.ldap.pid, 'SIGSTOP');
    const before = await executing();
    const asking = chain.rest.send('/openidm/system/ldap/account?_queryId=query-all-ids').catch((e: unknown) => e);
    await until(async () => (await executing()) > before, 'x');
    await chain.agent.kill();
    const a = await asking as { status?: number };
    console.log(i, before, a.status, a.status === undefined ? String(a) : '');
    if (a.status !== 503) console.log(chain.controller.process.tail(12), chain.agent.process.tail(12));
    process.kill(chain.ldap.pid, 'SIGCONT');
    await chain.agent.restart();
    await chain.controller.systemReady('ldap');
  }
  await chain.stop();
}, 300000);
