import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../support/free-ports.js';
import { JavaDriver } from '../support/java-driver.js';
import type { JavaFacade } from '../support/java-facade.js';
import { writeFigures, type BenchmarkOptions } from './benchmark-options.js';
import { CSV_CONNECTOR, JAVA_OPTIONS, SHARED_KEY, causewayAgent, javaServer } from './csv-servers.js';
import { DRIVER_JVM, facadeOf, searchAll, type Search } from './driver-searches.js';
import { goal, mebibytes, median, spread, table, type Spread } from './figures.js';
import { measureStart } from './first-request.js';
import type { MeasuredServer } from './measured-server.js';
import { writePeopleCsv } from './people-csv.js';

/** A search with the processor time it took, in seconds. */
export interface RelaySearch extends Search {
  readonly javaCpuSeconds: number;
  /** 0 on the direct way. */
  readonly relayCpuSeconds: number;
}

export interface RelayBenchmark {
  readonly rows: number;
  readonly direct: readonly RelaySearch[];
  readonly relayed: readonly RelaySearch[];
  /** Milliseconds by the relay over those of the direct search made just before or after it; one of each round. */
  readonly ratios: readonly number[];
  /** Their median: neighbours in time meet the same load of the machine. */
  readonly ratio: number;
  /** Peak memory of the agent that relays, in bytes, before the first search and at the end. */
  readonly relayPeak: { readonly before: number; readonly after: number };
  readonly complete: boolean;
}

/** Searches of each way that are not counted: all three programs are compiled and caches full after them. */
const WARM_UPS = 3;
const GOAL = 1.15;

type Way = 'direct' | 'relayed';
type Processes = { readonly java: MeasuredServer; readonly relay: MeasuredServer };

async function measured(driver: JavaDriver, facade: JavaFacade, { java, relay }: Processes, way: Way): Promise<RelaySearch> {
  const before = { java: java.cpuSeconds(), relay: relay.cpuSeconds() };
  const search = await searchAll(driver, facade);
  return { ...search, javaCpuSeconds: java.cpuSeconds() - before.java, relayCpuSeconds: way === 'direct' ? 0 : relay.cpuSeconds() - before.relay };
}

interface Rounds {
  readonly searches: Record<Way, RelaySearch[]>;
  readonly relayPeak: RelayBenchmark['relayPeak'];
}

/** Both ways in turn, the one that begins changing from round to round. */
async function alternate(driver: JavaDriver, ports: Record<Way, number>, csvFile: string, processes: Processes, rounds: number, report: (line: string) => void): Promise<Rounds> {
  const properties = { csvFile, headerUid: 'uid' };
  const ways = { direct: await facadeOf(driver, ports.direct, CSV_CONNECTOR, properties), relayed: await facadeOf(driver, ports.relayed, CSV_CONNECTOR, properties) };
  const before = processes.relay.peakBytes();
  for (let i = 0; i < WARM_UPS; i++) for (const { facade } of [ways.direct, ways.relayed]) await searchAll(driver, facade);
  const searches: Rounds['searches'] = { direct: [], relayed: [] };
  for (let number = 1; number <= rounds; number++) {
    for (const way of number % 2 === 1 ? ['direct', 'relayed'] as const : ['relayed', 'direct'] as const) {
      const search = await measured(driver, ways[way].facade, processes, way);
      searches[way].push(search);
      report(`round ${number}, ${way}: ${search.milliseconds.toFixed(0)} ms, ${search.entriesPerSecond} entries a second, CPU of Java ${search.javaCpuSeconds.toFixed(2)} s, of the relay ${search.relayCpuSeconds.toFixed(2)} s`);
    }
  }
  for (const { connection } of [ways.direct, ways.relayed]) await connection.disconnect();
  return { searches, relayPeak: { before, after: processes.relay.peakBytes() } };
}

function lines({ direct, relayed, ratios, ratio, relayPeak }: RelayBenchmark): string[] {
  const cell = (searches: readonly RelaySearch[], pick: (search: RelaySearch) => number, digits: number): string => {
    const all: Spread = spread(searches.map(pick));
    return `${all.median.toFixed(digits)} (${all.min.toFixed(digits)}..${all.max.toFixed(digits)})`;
  };
  const row = (what: string, pick: (search: RelaySearch) => number, digits: number): string[] => [what, cell(direct, pick, digits), cell(relayed, pick, digits)];
  return [
    ...table([
      ['medians (smallest..largest)', 'direct', 'by the relay'],
      row('ms', (search) => search.milliseconds, 0), row('entries per second', (search) => search.entriesPerSecond, 0),
      row('CPU seconds of the Java server', (search) => search.javaCpuSeconds, 2), row('CPU seconds of the relay', (search) => search.relayCpuSeconds, 2),
      row('CPU seconds of the driver', (search) => search.driverCpuSeconds, 2),
    ]),
    `peak memory of the relay: ${mebibytes(relayPeak.before)} MiB before the first search, ${mebibytes(relayPeak.after)} MiB at the end`,
    `relay/direct by round: ${ratios.map((each) => each.toFixed(2)).join(' ')}`,
    goal('the relay adds less than 15 %', ratio < GOAL, `${((ratio - 1) * 100).toFixed(1)} %`),
  ];
}

/** A Java driver searches a Java server, and the same server by way of our agent. */
export async function benchmarkRelay(options: BenchmarkOptions = {}): Promise<RelayBenchmark> {
  const { rows = 100_000, rounds = 5, report = () => undefined, output, nodeOptions = [] } = options;
  const directory = await mkdtemp(join(tmpdir(), 'causeway-bench-relay-'));
  const ends: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })];
  try {
    const csvFile = join(directory, 'people.csv');
    await writePeopleCsv(csvFile, rows);
    const [direct = 0, relayed = 0] = await freePorts(2);
    const java = await javaServer()(direct);
    ends.push(() => java.kill());
    await measureStart(java, direct, csvFile);
    // No connector of its own: all are the Java server's.
    const settings = { connectors: { enabled: [] }, relays: [{ name: 'java', host: '127.0.0.1', port: direct, key: SHARED_KEY }] };
    const relay = await causewayAgent(directory, settings, nodeOptions)(relayed);
    ends.push(() => relay.kill());
    await measureStart(relay, relayed, csvFile);
    const driver = await JavaDriver.start(DRIVER_JVM);
    ends.push(() => driver.stop());
    report(`${rows} rows; Node ${process.version}; java ${JAVA_OPTIONS.join(' ')}; ${cpus().length} processors; ${WARM_UPS} searches of each way before the first round`);
    const { searches, relayPeak } = await alternate(driver, { direct, relayed }, csvFile, { java, relay }, rounds, report);
    const all = [...searches.direct, ...searches.relayed];
    const ratios = searches.relayed.map((search, i) => search.milliseconds / (searches.direct[i]?.milliseconds ?? NaN));
    const benchmark: RelayBenchmark = {
      rows, ...searches, ratios, ratio: median(ratios), relayPeak,
      complete: all.every(({ entries, checksum }) => entries === rows && checksum === all[0]?.checksum),
    };
    for (const line of lines(benchmark)) report(line);
    await writeFigures(output, benchmark);
    return benchmark;
  } finally {
    for (const end of ends.reverse()) await end();
  }
}
