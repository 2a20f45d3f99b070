import { Client } from 'ldapts';
import { startOpenLdap, type OpenLdap } from '../targets/openldap.js';
import { startAgent, startController } from '../support/causeway-processes.js';
import { makeWorld, type World } from '../support/causeway-world.js';
import type { ManagedProcess } from '../support/managed-process.js';
import { peopleLdif } from '../support/people-ldif.js';
import { ldapProvisioner } from '../support/provisioners.js';

/** A figure of each process; of memory, in bytes. */
export interface Peaks {
  readonly agent: number;
  readonly controller: number;
}

export interface Throughput {
  readonly entries: number;
  readonly milliseconds: number;
  readonly entriesPerSecond: number;
}

export interface ChainRun extends Throughput {
  /** The most each held during the search. */
  readonly peaks: Peaks;
  /** That, less what each held when the search began. */
  readonly rise: Peaks;
  /** Processor time an entry takes in each process, in microseconds; steadier than speed on a machine that has other work. */
  readonly cpuPerEntry: Peaks;
  /** Milliseconds to the first entry. */
  readonly firstEntry: number;
}

export interface SearchBenchmark {
  readonly small: ChainRun;
  readonly large: ChainRun;
  readonly direct: Throughput;
  /** Entries per second through the chain over those of the direct search. */
  readonly ratio: number;
  /** By how much more memory rises in the large run than in the small one. */
  readonly growth: Peaks;
}

export interface BenchmarkOptions {
  readonly small: number;
  readonly large: number;
  /** Flags of Node for each process, e.g. `--cpu-prof`. */
  readonly nodeOptions?: { readonly agent?: readonly string[]; readonly controller?: readonly string[] };
  readonly report?: (line: string) => void;
}

const FEW = 'ou=few,ou=people,dc=example,dc=com';
const PAGE = 500;
/** What the connector reads for the provisioner file's object type. */
const ATTRIBUTES = ['uid', 'givenName', 'sn', 'cn', 'mail', 'title', 'employeeNumber', 'departmentNumber', 'telephoneNumber', 'description', 'roomNumber', 'entryUUID', 'objectClass'];
const FILTER = '(&(objectClass=top)(objectClass=person)(objectClass=organizationalPerson)(objectClass=inetOrgPerson))';

/** An OpenLDAP with `large` people, `small` of them in a unit of their own. */
export function startBigDirectory({ small, large }: BenchmarkOptions): Promise<OpenLdap> {
  function* ldif(): Generator<string> {
    yield `dn: ${FEW}\nobjectClass: organizationalUnit\nou: few\n\n`;
    yield* peopleLdif(0, small, FEW);
    yield* peopleLdif(small, large);
  }
  return startOpenLdap({ modules: [], ldif: ldif() });
}

function throughput(entries: number, milliseconds: number): Throughput {
  return { entries, milliseconds: Math.round(milliseconds), entriesPerSecond: Math.round(entries / (milliseconds / 1000)) };
}

/** The same search made directly: one connection, simple paged results, page after page dropped. */
export async function searchDirectly(server: OpenLdap, base: string): Promise<Throughput> {
  const client = new Client({ url: server.url });
  await client.bind(server.adminDn, server.adminPassword);
  const startedAt = performance.now();
  let entries = 0;
  for await (const page of client.searchPaginated(base, { scope: 'sub', filter: FILTER, attributes: ATTRIBUTES, paged: { pageSize: PAGE } })) entries += page.searchEntries.length;
  const milliseconds = performance.now() - startedAt;
  await client.unbind();
  return throughput(entries, milliseconds);
}

/** One search below `base` through REST, socket and agent, by processes that have done nothing else. */
async function searchThroughChain(world: World, server: OpenLdap, base: string, expected: number, { nodeOptions = {} }: BenchmarkOptions): Promise<ChainRun> {
  await world.provisioner('ldap', ldapProvisioner(server, 'site1', { baseContexts: [base], blockSize: PAGE }));
  const running: { stop(): Promise<unknown>; readonly process: ManagedProcess }[] = [];
  try {
    const controller = await startController(world, { nodeOptions: nodeOptions.controller ?? [] });
    running.push(controller);
    const agent = await startAgent(world, { controller, nodeOptions: nodeOptions.agent ?? [] });
    running.push(agent);
    await controller.systemReady('ldap');
    await controller.process.ready(() => controller.process.logged('the database is open').length > 0, 'its database to be open');
    const cpuBefore = { agent: agent.process.cpuSeconds(), controller: controller.process.cpuSeconds() };
    const held = { agent: agent.process.rss(), controller: controller.process.rss() };
    agent.process.forgetRssPeak();
    controller.process.forgetRssPeak();
    const query = await controller.rest.stream('/openidm/system/ldap/account?_queryFilter=true');
    if (query.cut !== undefined || query.objects !== expected || query.end?.['resultCount'] !== expected) {
      throw new Error(`The search gave ${query.objects} of ${expected} entries (HTTP ${query.status}, ${query.cut ?? JSON.stringify(query.end)})\n${agent.process.tail()}\n${controller.process.tail()}`);
    }
    const peaks = { agent: agent.process.rssPeak(), controller: controller.process.rssPeak() };
    const rise = { agent: peaks.agent - held.agent, controller: peaks.controller - held.controller };
    const cpuOf = (each: typeof agent | typeof controller, before: number): number => Math.round(((each.process.cpuSeconds() - before) * 1e6) / expected);
    const cpuPerEntry = { agent: cpuOf(agent, cpuBefore.agent), controller: cpuOf(controller, cpuBefore.controller) };
    return { ...throughput(query.objects, query.duration), firstEntry: Math.round(query.firstObject), peaks, rise, cpuPerEntry };
  } finally {
    for (const { stop } of running.reverse().map((each) => ({ stop: () => each.stop() }))) await stop();
  }
}

/** Measures memory with few and with many entries, and speed beside the direct search of the same server. */
export async function benchmarkSearch(options: BenchmarkOptions): Promise<SearchBenchmark> {
  const { small: few, large: many, report = () => undefined } = options;
  const startedAt = performance.now();
  const server = await startBigDirectory(options);
  const world = await makeWorld();
  try {
    report(`OpenLDAP holds ${many} people (${Math.round((performance.now() - startedAt) / 1000)} s)`);
    const whole = `ou=people,${server.baseDn}`;
    await searchDirectly(server, whole); // both ways meet a server that has everything in memory
    const small = await searchThroughChain(world, server, FEW, few, options);
    report(describe(`chain, ${few}`, small));
    const large = await searchThroughChain(world, server, whole, many, options);
    report(describe(`chain, ${many}`, large));
    const direct = await searchDirectly(server, whole);
    report(describe(`ldapts, ${direct.entries}`, direct));
    if (direct.entries !== many) throw new Error(`The direct search gave ${direct.entries} of ${many} entries`);
    const growth = { agent: large.rise.agent - small.rise.agent, controller: large.rise.controller - small.rise.controller };
    return { small, large, direct, ratio: large.entriesPerSecond / direct.entriesPerSecond, growth };
  } finally {
    await server.stop();
    await world.remove();
  }
}

export const mebibytes = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(1)} MiB`;

function describe(what: string, run: Throughput | ChainRun): string {
  const memory = 'peaks' in run ? `, first entry after ${run.firstEntry} ms, peak of agent ${mebibytes(run.peaks.agent)}, of controller ${mebibytes(run.peaks.controller)}, processor time an entry ${run.cpuPerEntry.agent} µs and ${run.cpuPerEntry.controller} µs` : '';
  return `${what}: ${run.entries} entries in ${(run.milliseconds / 1000).toFixed(1)} s, ${run.entriesPerSecond} a second${memory}`;
}
