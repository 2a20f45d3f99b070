import { Client } from 'ldapts';
import { spread, type Spread } from '../../interop/bench/figures.js';
import type { OpenLdap } from '../../targets/openldap.js';
import { startOpenLdap } from '../../targets/openldap.js';
import { peopleLdif } from '../../support/people-ldif.js';
import { ldapProvisioner } from '../../support/provisioners.js';
import { startBothEnds, startRawSocket } from '../ends/both-ends.js';
import { KeepAliveRest } from '../ends/keep-alive-rest.js';
import { interleaved, quantile, shown, withSpread, type Way } from '../suite/rounds.js';
import { bySize, type BenchContext, type Goal, type Scenario, type Section } from '../suite/scenario.js';
import { timedCalls } from '../suite/timed-calls.js';

const CONCURRENCIES = [1, 10, 100] as const;
const WAYS = ['controller', 'session', 'driver', 'socket'] as const;
type WayName = (typeof WAYS)[number];
const TITLES: Readonly<Record<WayName, string>> = { controller: 'controller and agent, over REST', session: 'agent and session', driver: 'bare driver (ldapts)', socket: 'raw ws echo, same sizes' };
const QUANTILES = { p50: 0.5, p99: 0.99, p999: 0.999 } as const;
type Quantile = keyof typeof QUANTILES;
/** As many as the connector's pool holds. */
const DRIVER_CONNECTIONS = 10;

type Latency = Readonly<Record<Quantile, Spread>>;

interface AtConcurrency {
  readonly concurrency: number;
  readonly ways: Readonly<Record<WayName, Latency>>;
  /** 99th percentile through both ends less that of the driver, over that of the echo, in the same round. */
  readonly added: { readonly controller: Spread; readonly session: Spread };
}

export interface GetLatency { readonly people: number; readonly requestBytes: number; readonly answerBytes: number; readonly measured: readonly AtConcurrency[] }

const ATTRIBUTES = ['uid', 'givenName', 'sn', 'cn', 'mail', 'title', 'employeeNumber', 'departmentNumber', 'telephoneNumber', 'description', 'roomNumber', 'entryUUID', 'objectClass'];

async function driverClients({ url, adminDn, adminPassword }: OpenLdap): Promise<Client[]> {
  return Promise.all(Array.from({ length: DRIVER_CONNECTIONS }, async () => {
    const client = new Client({ url });
    await client.bind(adminDn, adminPassword);
    return client;
  }));
}

async function entryUuids(client: Client, base: string): Promise<string[]> {
  const { searchEntries } = await client.search(base, { scope: 'sub', filter: '(objectClass=inetOrgPerson)', attributes: ['entryUUID'] });
  return searchEntries.map((entry) => String(entry['entryUUID']));
}

async function run(context: BenchContext): Promise<GetLatency> {
  const people = bySize(context, { smoke: 20, small: 1_000, full: 1_000 });
  const count = bySize(context, { smoke: 100, small: 3_000, full: 20_000 });
  const rounds = bySize(context, { smoke: 1, small: 5, full: 5 });
  const server = await startOpenLdap({ modules: [], ldif: peopleLdif(0, people) });
  const ends = await startBothEnds(context, { target: ldapProvisioner(server, 'site1', {}, 'target') });
  const raw = await startRawSocket(ends.world);
  const clients = await driverClients(server);
  const rest = new KeepAliveRest(ends.controller.rest, 100);
  try {
    const uids = await entryUuids(clients[0] as Client, server.baseDn);
    const uidAt = (number: number): string => uids[number % uids.length] ?? '';
    const facade = ends.facades.get('target') ?? 0;
    const sizes = await ends.session.call('sizesOfGet', { facade, uids, count: 50 });
    const measured: AtConcurrency[] = [];
    for (const concurrency of CONCURRENCIES) {
      const ways: Way<number[]>[] = [
        { name: 'controller', run: () => timedCalls(count, concurrency, (number) => rest.send('GET', `/openidm/system/target/account/${uidAt(number)}`)) },
        { name: 'session', run: () => ends.session.call('gets', { facade, uids, count, concurrency }) },
        { name: 'driver', run: () => timedCalls(count, concurrency, (number) => (clients[number % clients.length] as Client).search(server.baseDn, { scope: 'sub', filter: `(entryUUID=${uidAt(number)})`, attributes: ATTRIBUTES })) },
        { name: 'socket', run: () => raw.dialler.call('echo', { count, concurrency, ...sizes }) },
      ];
      context.report(`  ${concurrency} at once, ${count} gets`);
      const results = await interleaved(ways, { rounds, warmUps: 1, report: context.report }, (taken) => `p50 ${shown(quantile(taken, 0.5))} ms, p99 ${shown(quantile(taken, 0.99))} ms`);
      measured.push(atConcurrency(concurrency, results));
    }
    return { people, ...sizes, measured };
  } finally {
    rest.close();
    await Promise.all(clients.map((client) => client.unbind().catch(() => undefined)));
    await raw.stop();
    await ends.stop();
    await server.stop();
  }
}

function atConcurrency(concurrency: number, results: ReadonlyMap<string, readonly (readonly number[])[]>): AtConcurrency {
  const of = (way: WayName, name: Quantile): number[] => (results.get(way) ?? []).map((taken) => quantile(taken, QUANTILES[name]));
  const latency = (way: WayName): Latency => ({ p50: spread(of(way, 'p50')), p99: spread(of(way, 'p99')), p999: spread(of(way, 'p999')) });
  const added = (way: WayName): Spread => spread(of(way, 'p99').map((value, round) => (value - (of('driver', 'p99')[round] ?? NaN)) / (of('socket', 'p99')[round] ?? NaN)));
  return { concurrency, ways: { controller: latency('controller'), session: latency('session'), driver: latency('driver'), socket: latency('socket') }, added: { controller: added('controller'), session: added('session') } };
}

function goalsOf({ measured }: GetLatency): Goal[] {
  const ten = measured.find(({ concurrency }) => concurrency === 10);
  if (ten === undefined) return [];
  const { session, driver, socket, controller } = ten.ways;
  const goal = (what: string, added: Spread, way: Latency): Goal => ({
    goal: `Added p99 at 10 concurrent gets under 2 × a raw ws echo, ${what}`, reached: `${withSpread(added)} × (${shown(way.p99.median)} ms − driver ${shown(driver.p99.median)} ms, echo ${shown(socket.p99.median)} ms)`, met: added.median < 2,
    limit: `an echo is two processes that do nothing; a get is four that work (client, controller, agent, slapd) on the same processors, with policy, journal and audit on the way`,
  });
  return [goal('agent and session', ten.added.session, session), goal('over REST', ten.added.controller, controller)];
}

function section(figures: GetLatency): Section {
  const { measured, people, requestBytes, answerBytes } = figures;
  return {
    method: `Gets of one of ${people} OpenLDAP entries by its uid, so many at once. *Over REST*: a client with kept connections, the controller, the agent. *Agent and session*: the same agent, asked by a process that has the session end only. *Bare driver*: ldapts, ${DRIVER_CONNECTIONS} connections as in the connector’s pool. *Echo*: ${requestBytes} bytes there and ${answerBytes} back over the same mutual TLS, by the ws package alone. Milliseconds; *added* is the 99th percentile less the driver’s, in echoes.`,
    charts: (['p50', 'p99', 'p999'] as const).map((name) => ({
      file: `latency-${name}`, title: `Latency of a get, ${name === 'p999' ? 'p99.9' : name}`, unit: 'milliseconds', kind: 'bars', labels: measured.map(({ concurrency }) => `${concurrency} at once`),
      series: WAYS.map((way) => ({ name: TITLES[way], values: measured.map(({ ways }) => ways[way][name].median) })),
    })),
    tables: measured.map(({ concurrency, ways, added }) => ({
      title: `${concurrency} at once`, rows: [
        ['milliseconds', 'p50', 'p99', 'p99.9', 'added p99 in echoes'],
        ...WAYS.map((way) => [TITLES[way], withSpread(ways[way].p50), withSpread(ways[way].p99), withSpread(ways[way].p999), way === 'controller' || way === 'session' ? withSpread(added[way]) : '–']),
      ],
    })),
    goals: goalsOf(figures), remarks: [],
  };
}

export const getLatency: Scenario<GetLatency> = { name: 'latency', title: 'Latency of an operation', run, section };
