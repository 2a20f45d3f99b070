import { mkdtemp, rm, stat } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../support/free-ports.js';
import { JavaDriver } from '../support/java-driver.js';
import { writeFigures, type BenchmarkOptions } from './benchmark-options.js';
import { CSV_CONNECTOR, JAVA_OPTIONS, causewayAgent, javaServer, type StartServer } from './csv-servers.js';
import { DRIVER_JVM, facadeOf, sampleOf, searchAll, type Search } from './driver-searches.js';
import { goal, mebibytes, spread, table, type Spread } from './figures.js';
import { measureStart, type Start } from './first-request.js';
import type { MeasuredServer } from './measured-server.js';
import { writePeopleCsv } from './people-csv.js';
import { RawController } from './raw-controller.js';
import { REPLAY_CONNECTOR, ReplayServer } from './replay-server.js';

/** A search of everything by {@link RawController}. */
export interface Counted {
  readonly entries: number;
  readonly entriesPerSecond: number;
  /** Of the server, in seconds. */
  readonly cpuSeconds: number;
}

/** A server process from its start to its end. */
export interface Round {
  readonly start: Start;
  readonly searches: readonly (Search & { /** Of the server, in seconds. */ readonly cpuSeconds: number })[];
  /** The same search by a client that only counts, over two sockets as the driver has. */
  readonly counted: readonly Counted[];
  /** Of the server from its start to the end of the driver's searches, in seconds. */
  readonly cpuSeconds: number;
  /** Some objects as the driver got them, as text. */
  readonly sample: string;
  /** In bytes: after the first search, and at the end. */
  readonly peakFirst: number;
  readonly peak: number;
}

/** Of one side, over all rounds. `warm` is the median of all searches of a process but the first. */
export interface Summary {
  readonly coldEntriesPerSecond: Spread;
  readonly warmEntriesPerSecond: Spread;
  readonly coldCpuSeconds: Spread;
  readonly warmCpuSeconds: Spread;
  /** Of the driver, in later searches. */
  readonly driverCpuSeconds: Spread;
  /** By the client that only counts. */
  readonly countedEntriesPerSecond: Spread;
  readonly countedCpuSeconds: Spread;
  readonly peakFirst: Spread;
  readonly peak: Spread;
  readonly listening: Spread;
  readonly firstRequest: Spread;
}

/** What the Java driver takes at most, in entries per second, from a server that has them encoded already. */
export interface DriverLimit {
  readonly oneSocket: number;
  readonly twoSockets: number;
}

export interface CsvBenchmark {
  readonly rows: number;
  readonly ours: readonly Round[];
  readonly java: readonly Round[];
  readonly summary: { readonly ours: Summary; readonly java: Summary };
  readonly driverLimit: DriverLimit;
  /** Whether every search of both gave the same `rows` entries, and objects of both are equal. */
  readonly complete: boolean;
}

export interface CsvBenchmarkOptions extends BenchmarkOptions {
  /** Searches by each process. */
  readonly searches?: number;
}

/** Searches of each process by the client that only counts. */
const COUNTED_SEARCHES = 3;
const GOALS = { throughput: 3, memory: 1 / 3, start: 1 };

/** One process: how it starts, and `searches` searches of everything by a new connection of the driver. */
async function round(driver: JavaDriver, startServer: StartServer, csvFile: string, searches: number): Promise<Round> {
  const [port = 0] = await freePorts(1);
  const server = await startServer(port);
  try {
    const start = await measureStart(server, port, csvFile);
    const { connection, facade } = await facadeOf(driver, port, CSV_CONNECTOR, { csvFile, headerUid: 'uid' });
    const results: Round['searches'][number][] = [];
    let peakFirst = 0;
    for (let i = 0; i < searches; i++) {
      const before = server.cpuSeconds();
      const search = await searchAll(driver, facade);
      results.push({ ...search, cpuSeconds: server.cpuSeconds() - before });
      if (i === 0) peakFirst = server.peakBytes();
    }
    const figures = { start, searches: results, cpuSeconds: server.cpuSeconds(), peakFirst, peak: server.peakBytes(), sample: await sampleOf(facade) };
    await connection.disconnect();
    return { ...figures, counted: await countedSearches(server, port, csvFile) };
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${server.tail()}`, { cause: error });
  } finally {
    await server.kill();
  }
}

/** What the server sends when the other end does not hold it back. */
async function countedSearches(server: MeasuredServer, port: number, csvFile: string): Promise<Counted[]> {
  const controller = await RawController.open(port, 2);
  try {
    const results: Counted[] = [];
    for (let i = 0; i < COUNTED_SEARCHES; i++) {
      const before = server.cpuSeconds();
      const { entries, milliseconds } = await controller.search(csvFile);
      results.push({ entries, entriesPerSecond: Math.round(entries / (milliseconds / 1000)), cpuSeconds: server.cpuSeconds() - before });
    }
    return results;
  } finally {
    controller.close();
  }
}

async function driverLimit(driver: JavaDriver, rows: number, searches: number): Promise<DriverLimit> {
  const replay = await ReplayServer.start(rows);
  try {
    const { connection, facade } = await facadeOf(driver, replay.port, REPLAY_CONNECTOR);
    const best = async (): Promise<number> => {
      let most = 0;
      for (let i = 0; i < searches; i++) {
        const { entries, entriesPerSecond } = await searchAll(driver, facade);
        if (entries !== rows) throw new Error(`The driver got ${entries} of the ${rows} entries replayed. ${replay.failure?.message ?? ''}`);
        most = Math.max(most, entriesPerSecond);
      }
      return most;
    };
    const oneSocket = await best();
    replay.spread = true;
    const twoSockets = await best();
    await connection.disconnect();
    return { oneSocket, twoSockets };
  } finally {
    await replay.stop();
  }
}

function summaryOf(rounds: readonly Round[]): Summary {
  const first = (pick: (search: Round['searches'][number]) => number): Spread => spread(rounds.flatMap(({ searches }) => searches.slice(0, 1).map(pick)));
  const rest = (pick: (search: Round['searches'][number]) => number): Spread => spread(rounds.map(({ searches }) => spread(searches.slice(1).map(pick)).median));
  const counted = (pick: (search: Counted) => number): Spread => spread(rounds.map((each) => spread(each.counted.map(pick)).median));
  return {
    coldEntriesPerSecond: first(({ entriesPerSecond }) => entriesPerSecond), warmEntriesPerSecond: rest(({ entriesPerSecond }) => entriesPerSecond),
    coldCpuSeconds: first(({ cpuSeconds }) => cpuSeconds), warmCpuSeconds: rest(({ cpuSeconds }) => cpuSeconds),
    driverCpuSeconds: rest(({ driverCpuSeconds }) => driverCpuSeconds),
    countedEntriesPerSecond: counted(({ entriesPerSecond }) => entriesPerSecond), countedCpuSeconds: counted(({ cpuSeconds }) => cpuSeconds),
    peakFirst: spread(rounds.map((each) => each.peakFirst)), peak: spread(rounds.map((each) => each.peak)),
    listening: spread(rounds.map(({ start }) => start.listening)), firstRequest: spread(rounds.map(({ start }) => start.firstRequest)),
  };
}

const FIGURES: readonly (readonly [string, keyof Summary, (value: number) => string])[] = [
  ['entries per second, first search of a process', 'coldEntriesPerSecond', (value) => value.toFixed(0)],
  ['entries per second, later searches', 'warmEntriesPerSecond', (value) => value.toFixed(0)],
  ['CPU seconds, first search', 'coldCpuSeconds', (value) => value.toFixed(2)],
  ['CPU seconds, later searches', 'warmCpuSeconds', (value) => value.toFixed(2)],
  ['CPU seconds of the driver, later searches', 'driverCpuSeconds', (value) => value.toFixed(2)],
  ['entries per second to a client that only counts', 'countedEntriesPerSecond', (value) => value.toFixed(0)],
  ['CPU seconds, to a client that only counts', 'countedCpuSeconds', (value) => value.toFixed(2)],
  ['peak memory after the first search, MiB', 'peakFirst', mebibytes],
  ['peak memory at the end, MiB', 'peak', mebibytes],
  ['ms from start until the port is open', 'listening', (value) => value.toFixed(0)],
  ['ms from start until a test is answered', 'firstRequest', (value) => value.toFixed(0)],
];

function summaryLines({ ours, java }: CsvBenchmark['summary']): string[] {
  const cell = ({ median, min, max }: Spread, show: (value: number) => string): string => `${show(median)} (${show(min)}..${show(max)})`;
  return table([
    ['medians (smallest..largest)', 'ours', 'Java', 'ours/Java'],
    ...FIGURES.map(([what, figure, show]) => [what, cell(ours[figure], show), cell(java[figure], show), (ours[figure].median / java[figure].median).toFixed(2)]),
  ]);
}

function goalLines({ summary: { ours, java }, driverLimit: limit }: CsvBenchmark): string[] {
  const ratio = (figure: keyof Summary): number => ours[figure].median / java[figure].median;
  const times = (value: number): string => value.toFixed(2);
  const share = (figure: 'coldEntriesPerSecond' | 'warmEntriesPerSecond'): string => `${Math.round((100 * ours[figure].median) / limit.oneSocket)} %`;
  return [
    goal('throughput of the first search, at least 3 × Java', ratio('coldEntriesPerSecond') >= GOALS.throughput, times(ratio('coldEntriesPerSecond'))),
    goal('throughput of later searches, at least 3 × Java', ratio('warmEntriesPerSecond') >= GOALS.throughput, times(ratio('warmEntriesPerSecond'))),
    goal('peak memory, at most a third of Java', ratio('peak') <= GOALS.memory, times(ratio('peak'))),
    goal('start, no slower than Java', ratio('firstRequest') <= GOALS.start, times(ratio('firstRequest'))),
    goal('throughput to a client that only counts, at least 3 × Java', ratio('countedEntriesPerSecond') >= GOALS.throughput, times(ratio('countedEntriesPerSecond'))),
    `the driver takes at most ${limit.oneSocket} entries a second by one socket, ${limit.twoSockets} by two; our agent reaches ${share('coldEntriesPerSecond')} (first), ${share('warmEntriesPerSecond')} (later) of the former`,
  ];
}

function describe(side: string, number: number, { start, searches, cpuSeconds, peak }: Round): string {
  const speeds = searches.map(({ entriesPerSecond }) => entriesPerSecond).join(' ');
  return `round ${number}, ${side}: served after ${start.firstRequest.toFixed(0)} ms, entries a second ${speeds}, CPU ${cpuSeconds.toFixed(2)} s, peak ${mebibytes(peak)} MiB`;
}

/** Whether every search gave the same `rows` entries, and objects of both servers are equal. */
function isComplete(rounds: readonly Round[], rows: number): boolean {
  if (rounds.some(({ sample }) => sample !== rounds[0]?.sample || sample === '[]')) return false;
  const searches = rounds.flatMap((each) => each.searches);
  const counted = rounds.flatMap((each) => each.counted);
  return searches.every(({ entries, checksum }) => entries === rows && checksum === searches[0]?.checksum) && counted.every(({ entries }) => entries === rows);
}

/** Our agent and the Java server in turn, each round by a new process, searched by one Java driver. */
export async function benchmarkCsv(options: CsvBenchmarkOptions = {}): Promise<CsvBenchmark> {
  const { rows = 100_000, rounds = 5, searches = 5, report = () => undefined, output, nodeOptions = [] } = options;
  const directory = await mkdtemp(join(tmpdir(), 'causeway-bench-csv-'));
  const driver = await JavaDriver.start(DRIVER_JVM);
  try {
    const csvFile = join(directory, 'people.csv');
    await writePeopleCsv(csvFile, rows);
    report(`${rows} rows, ${(await stat(csvFile)).size} bytes; Node ${process.version}; java ${JAVA_OPTIONS.join(' ')}; ${cpus().length} processors; driver: one JVM (-Xmx${DRIVER_JVM.heap} ${DRIVER_JVM.jvmArguments.join(' ')}), two sockets`);
    const servers = { ours: causewayAgent(directory, {}, nodeOptions), java: javaServer() };
    const results: Record<'ours' | 'java', Round[]> = { ours: [], java: [] };
    await driverLimit(driver, rows, searches); // the driver's JVM is warm in every round
    for (let number = 1; number <= rounds; number++) {
      for (const side of number % 2 === 1 ? ['ours', 'java'] as const : ['java', 'ours'] as const) {
        const done = await round(driver, servers[side], csvFile, searches);
        results[side].push(done);
        report(describe(side, number, done));
      }
    }
    const benchmark: CsvBenchmark = {
      rows, ...results, summary: { ours: summaryOf(results.ours), java: summaryOf(results.java) }, driverLimit: await driverLimit(driver, rows, searches),
      complete: isComplete([...results.ours, ...results.java], rows),
    };
    for (const line of [...summaryLines(benchmark.summary), ...goalLines(benchmark)]) report(line);
    await writeFigures(output, withoutSamples(benchmark));
    return benchmark;
  } finally {
    await driver.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

function withoutSamples(benchmark: CsvBenchmark): object {
  const rest = (each: Round): object => Object.fromEntries(Object.entries(each).filter(([name]) => name !== 'sample'));
  return { ...benchmark, ours: benchmark.ours.map(rest), java: benchmark.java.map(rest) };
}
