import { Client } from 'ldapts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChain, type Chain } from '../../support/chain.js';
import { until } from '../../support/until.js';
import { createsUnderKill, csvCount, randomOf, verdict } from './creates-under-kills.js';

/** Rounds of each system; an agent is killed in each. */
const ROUNDS = 26;
const SEED = Number(process.env['CAUSEWAY_SEED'] ?? Date.now() % 1_000_000);

let chain: Chain;
beforeAll(async () => {
  chain = await startChain({ csv: 'uid,firstName,lastName,email,badge,password\n', ldap: { modules: [] } });
}, 120_000);
afterAll(() => chain.stop());

async function ldapCount(): Promise<(uid: string) => number> {
  const client = new Client({ url: chain.ldap.url });
  await client.bind(chain.ldap.adminDn, chain.ldap.adminPassword);
  try {
    const { searchEntries } = await client.search(chain.ldap.baseDn, { scope: 'sub', filter: '(uid=*)', attributes: ['uid'] });
    return (uid) => searchEntries.filter((entry) => entry['uid'] === uid).length;
  } finally {
    await client.unbind();
  }
}

describe('an agent killed at any moment of creates', () => {
  it.each([
    ['a CSV file', 'csv', () => csvCount(chain.csvFile), (uid: string) => ({ path: '/openidm/system/csv/account', body: { uid, firstName: 'A', lastName: uid } })],
    ['LDAP', 'ldap', ldapCount, (uid: string) => ({ path: '/openidm/system/ldap/account', body: { dn: `uid=${uid},ou=people,dc=example,dc=com`, uid, cn: uid, sn: uid } })],
  ] as const)('%s: each create was carried out once or not at all, and the caller was told the truth', async (_, name, truth, create) => {
    const random = randomOf(SEED);
    const told: Record<string, number> = {};
    let creates = 0;
    for (let number = 0; number < ROUNDS; number++) {
      const answers = await createsUnderKill(chain.rest, random, create, `${name}${number}`, chain.agent);
      creates += answers.length;
      await chain.controller.systemReady(name);
      const count = await truth();
      for (const answer of answers) {
        const kind = verdict(answer, count(answer.uid));
        expect(['created', 'not created', 'unknown', 'applied'], `seed ${SEED}, round ${number}, ${answer.uid}: ${kind}`).toContain(kind);
        told[kind] = (told[kind] ?? 0) + 1;
      }
    }
    console.info(`creates at ${name}, agent killed in ${ROUNDS} rounds, seed ${SEED}: ${JSON.stringify(told)}`);
    expect(told['created'] ?? 0, `seed ${SEED}`).toBeGreaterThan(0);
    // Both targets can be read after a crash: what stays unknown is the exception.
    expect(told['unknown'] ?? 0, `seed ${SEED}: ${JSON.stringify(told)}`).toBeLessThanOrEqual(creates * 0.05);
  }, 600_000);
});

describe('an agent killed while the directory does not answer', () => {
  const ACCOUNT = '/openidm/system/ldap/account';
  const underWay = async (): Promise<number> => ((await chain.agent.health.send('/readyz')).body['journal'] as { underWay: number }).underWay;

  /** Sends a write that hangs at the directory, kills the agent, brings it back, and only then lets the directory go on. */
  async function killedDuring(send: () => Promise<{ status: number; body: Record<string, unknown> }>): Promise<{ status: number; body: Record<string, unknown> }> {
    process.kill(chain.ldap.pid, 'SIGSTOP');
    try {
      const answer = send();
      await until(async () => (await underWay()) > 0, 'the write to reach the directory');
      await chain.agent.kill();
      await chain.agent.restart();
      process.kill(chain.ldap.pid, 'SIGCONT');
      return await answer;
    } finally {
      process.kill(chain.ldap.pid, 'SIGCONT');
    }
  }

  it('a create the directory carries out late is looked for until it is sure, and the caller is told the truth', async () => {
    const answer = await killedDuring(() => chain.rest.send(`${ACCOUNT}?_action=create`, { method: 'POST', body: { dn: 'uid=late,ou=people,dc=example,dc=com', uid: 'late', cn: 'late', sn: 'late' } }));
    await chain.controller.systemReady('ldap');
    const told = verdict({ uid: 'late', status: answer.status, outcome: (answer.body['detail'] as { outcome?: string } | undefined)?.outcome, text: JSON.stringify(answer.body) }, (await ldapCount())('late'));
    expect(['created', 'not created'], told).toContain(told);
  }, 120_000);
});
