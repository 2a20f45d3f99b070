import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAgent, type Agent } from '../../support/causeway-processes.js';
import { makeWorld, type World } from '../../support/causeway-world.js';
import { startChain, type Chain } from '../../support/chain.js';
import { freePorts } from '../../support/free-ports.js';
import { createsUnderKill, csvCount, randomOf, verdict } from './creates-under-kills.js';

const ROUNDS = 4;
const SEED = Number(process.env['CAUSEWAY_SEED'] ?? Date.now() % 1_000_000);
const KEY = 'changeit';

let inner: World;
/** The server behind, which has the CSV connector. */
let server: Agent;
/** Its agent has no connector of its own and passes everything on. */
let chain: Chain;

beforeAll(async () => {
  inner = await makeWorld();
  const [port] = await freePorts(1) as [number];
  server = await startAgent(inner, { name: 'inner', config: { listeners: [{ port, address: '127.0.0.1', key: KEY }] } });
  chain = await startChain({
    csv: 'uid,firstName,lastName,email,badge,password\n',
    agent: { config: { connectors: { enabled: [] }, relays: [{ name: 'inner', host: '127.0.0.1', port, key: KEY }] } },
  });
}, 120_000);
afterAll(async () => {
  await chain.stop();
  await server.process.kill();
  await inner.remove();
});

describe('creates that are passed on to another agent', () => {
  it.each([['the agent that passes them on', () => chain.agent], ['the agent that carries them out', () => server]] as const)('%s is killed at any moment: each was carried out once or not at all, and the caller was told the truth', async (who, victim) => {
    const random = randomOf(SEED);
    const told: Record<string, number> = {};
    const create = (uid: string) => ({ path: '/openidm/system/csv/account', body: { uid, firstName: 'A', lastName: uid } });
    let creates = 0;
    for (let number = 0; number < ROUNDS; number++) {
      const answers = await createsUnderKill(chain.rest, random, create, `${who.length}-${number}`, victim(), 'from an answer');
      await chain.controller.systemReady('csv');
      const count = await csvCount(chain.csvFile);
      creates += answers.length;
      for (const answer of answers) {
        const kind = verdict(answer, count(answer.uid));
        expect(['created', 'not created', 'unknown', 'applied'], `seed ${SEED}, round ${number}, ${answer.uid}: ${kind}`).toContain(kind);
        if (kind === 'unknown') console.info(answer.text);
        told[kind] = (told[kind] ?? 0) + 1;
      }
    }
    console.info(`creates passed on, ${who} killed in ${ROUNDS} rounds, seed ${SEED}: ${JSON.stringify(told)}`);
    expect(told['created'] ?? 0, `seed ${SEED}`).toBeGreaterThan(0);
    expect(told['unknown'] ?? 0, `seed ${SEED}: ${JSON.stringify(told)}`).toBeLessThanOrEqual(creates * 0.2);
  }, 300_000);
});
