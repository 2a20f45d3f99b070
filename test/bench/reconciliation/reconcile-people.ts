import { Attribute, Change, Client } from 'ldapts';
import type { Json } from '../../support/rest-client.js';
import { until } from '../../support/until.js';
import { INDEPENDENT } from './people-sets.js';
import { memoryOf, peakMemory } from './process-memory.js';
import { startReconWorld, type ReconWorld } from './recon-world.js';

/** One reconciliation, as it was seen from outside. */
export interface ReconFigures {
  readonly name: string;
  readonly seconds: number;
  /** Over the wires of both agents, in bytes. */
  readonly bytes: { readonly ldap: number; readonly db: number };
  readonly situations: Readonly<Record<string, number>>;
  /** By SQL over the data of both sides, without the product. */
  readonly expected: Readonly<Record<string, number>>;
  readonly state: string;
  readonly summary: Json;
  readonly kills: readonly string[];
}

export interface ReconReport {
  readonly runs: readonly ReconFigures[];
  /** Highest resident memory, in MiB; of PostgreSQL, with all its processes, the most that was sampled. */
  readonly memory: Readonly<Record<string, number>>;
}

const LIMIT = 3_600_000;
const SAMPLE_EVERY = 500;

interface Victim {
  readonly name: string;
  /** By then so much of the source has been read, or so many of the missing people have been created. */
  readonly when: { readonly what: 'read' | 'created'; readonly share: number };
  kill(world: ReconWorld): Promise<void>;
}

/** What is killed, when, and how it comes back: two while both sides are read, the others while the run writes. */
const VICTIMS: readonly Victim[] = [
  { name: 'agent of the directory', when: { what: 'read', share: 0.2 }, kill: async ({ agents }) => { await agents.ldap.kill(); await agents.ldap.restart(); } },
  { name: 'NATS', when: { what: 'read', share: 0.5 }, kill: async ({ nats }) => { await nats.stop('SIGKILL'); await nats.start(); } },
  { name: 'agent of the table', when: { what: 'created', share: 0.1 }, kill: async ({ agents }) => { await agents.db.kill(); await agents.db.restart(); } },
  { name: 'controller', when: { what: 'created', share: 0.4 }, kill: async ({ controller }) => { await controller.kill(); await controller.restart(); } },
  { name: 'PostgreSQL', when: { what: 'created', share: 0.7 }, kill: async ({ database }) => { await database.pause('SIGKILL'); await database.resume(); } },
];

/** Whole run, whole run after 500 changes, delta after 500 more; `kills`: each program is killed once during the first. */
export async function reconcilePeople({ people, kills, say }: { readonly people: number; readonly kills: boolean; readonly say: (line: string) => void }): Promise<ReconReport> {
  const world = await startReconWorld(people);
  let mostOfPostgres = 0;
  const sampling = setInterval(() => { mostOfPostgres = Math.max(mostOfPostgres, memoryOf('postgres')); }, SAMPLE_EVERY);
  try {
    await world.query('create table linked (source text, target text)');
    const runs: ReconFigures[] = [];
    const next = async (name: string, options: { readonly delta?: boolean; readonly kills?: boolean }): Promise<void> => {
      const figures = await reconcile(world, name, options, say);
      runs.push(figures);
      say(`${name}: ${figures.state} after ${figures.seconds.toFixed(1)} s, ${JSON.stringify(figures.situations)}`);
    };
    await next('first', { kills });
    await change(world, people, 0);
    await next('whole, after 500 changes', {});
    await change(world, people, 1);
    await next('delta, after 500 changes', { delta: true });
    const pids = { controller: world.controller.process.pid, 'agent of the directory': world.agents.ldap.process.pid, 'agent of the table': world.agents.db.process.pid, slapd: world.directory.pid };
    const memory = Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, peakMemory(pid)]));
    return { runs, memory: { ...memory, 'PostgreSQL (people and controller)': mostOfPostgres } };
  } finally {
    clearInterval(sampling);
    await world.stop();
  }
}

async function reconcile(world: ReconWorld, name: string, { delta = false, kills = false }: { readonly delta?: boolean; readonly kills?: boolean }, say: (line: string) => void): Promise<ReconFigures> {
  await world.copyDirectory();
  const expected = counted(await world.query(INDEPENDENT));
  // Who is linked behind this run, by the data alone.
  const pairs = `select d.uid as source, min(p.uid) as target from directory d join people p on p.employee = d.employee where d.uid not in (select source from linked) group by d.uid having count(*) = 1`;
  await world.query(`create table next_linked as ${pairs}; insert into next_linked select d.uid, d.uid from directory d where not exists (select 1 from people p where p.employee = d.employee) and d.uid not in (select source from linked)`);
  const { ldap, db } = world.relays;
  const before = { ldap: ldap.total, db: db.total };
  const from = performance.now();
  const { body } = await world.controller.rest.send(`/openidm/recon?_action=recon&mapping=people${delta ? '&delta=true' : ''}`, { method: 'POST' });
  const id = String(body['_id']);
  const killed = kills ? await killAll(world, id, expected, say) : [];
  const summary = await ended(world, id);
  const seconds = (performance.now() - from) / 1_000;
  await world.query('delete from linked where source not in (select uid from directory); insert into linked select * from next_linked; drop table next_linked');
  const situations = Object.fromEntries(Object.entries(summary['situationSummary'] as Record<string, number>).filter(([, count]) => count > 0));
  return { name, seconds, bytes: { ldap: ldap.total - before.ldap, db: db.total - before.db }, situations, expected, state: String(summary['state']), summary, kills: killed };
}

/** One after the other, each when the run has come so far. */
async function killAll(world: ReconWorld, id: string, expected: ReconFigures['expected'], say: (line: string) => void): Promise<readonly string[]> {
  const killed: string[] = [];
  const whole = { read: Object.values(expected).reduce((sum, each) => sum + each, 0), created: expected['ABSENT'] ?? 0 };
  for (const { name, when: { what, share }, kill } of VICTIMS) {
    let [stage, count] = ['', 0];
    await until(async () => {
      const at = await summaryOf(world, id);
      if (at === undefined) return false;
      if (at['state'] !== 'ACTIVE') throw new Error(`The run was over before ${name} was killed: ${JSON.stringify(at)}`);
      stage = String(at['stage']);
      const { source, target } = at['progress'] as { readonly source: { readonly existing: { readonly read: number } }; readonly target: { readonly created: number } };
      count = what === 'read' ? source.existing.read : target.created;
      return count >= share * whole[what];
    }, `the run to come so far that ${name} is killed`, LIMIT, 20);
    const from = performance.now();
    await kill(world);
    killed.push(`${name} in ${stage}, ${count} ${what}`);
    say(`killed ${name} in ${stage}, ${count} people ${what}; back after ${((performance.now() - from) / 1_000).toFixed(1)} s`);
  }
  return killed;
}

async function summaryOf(world: ReconWorld, id: string): Promise<Json | undefined> {
  const answer = await world.controller.rest.send(`/openidm/recon/${id}`).catch(() => undefined);
  return answer?.status === 200 ? answer.body : undefined;
}

async function ended(world: ReconWorld, id: string): Promise<Json> {
  let last: Json | undefined;
  await until(async () => {
    last = await summaryOf(world, id) ?? last;
    return last !== undefined && last['state'] !== 'ACTIVE';
  }, 'the reconciliation to end', LIMIT, 100);
  if (last === undefined) throw new Error('The reconciliation said nothing.');
  return last;
}

function counted(rows: readonly Readonly<Record<string, unknown>>[]): Record<string, number> {
  return Object.fromEntries(rows.map(({ situation, number }) => [String(situation), Number(number)]));
}

/** 300 titles, 100 new people, 100 that are gone. */
async function change({ directory }: ReconWorld, people: number, turn: number): Promise<void> {
  const client = new Client({ url: directory.url });
  const dnOf = (uid: string): string => `uid=${uid},ou=people,${directory.baseDn}`;
  try {
    await client.bind(directory.adminDn, directory.adminPassword);
    const step = Math.max(1, Math.floor(people / 1_000));
    for (let each = 0; each < 300; each++) await client.modify(dnOf(`user${(each + turn * 300) * step + 2}`), new Change({ operation: 'replace', modification: new Attribute({ type: 'title', values: [`Director ${turn}`] }) }));
    for (let each = 0; each < 100; each++) {
      const uid = `new${turn}-${each}`;
      await client.add(dnOf(uid), { objectClass: ['top', 'person', 'organizationalPerson', 'inetOrgPerson'], uid, cn: uid, sn: 'New', mail: `${uid}@example.com`, title: 'Engineer', employeeNumber: `9${turn}${String(each).padStart(6, '0')}` });
      await client.del(dnOf(`user${(700 + each + turn * 100) * step + 3}`));
    }
  } finally {
    await client.unbind();
  }
}
