import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../../support/free-ports.js';
import { writeFigures } from './benchmark-options.js';
import { causewayAgent, javaServer, type StartServer } from './csv-servers.js';
import { mebibytes, table } from './figures.js';
import { measureStart } from './first-request.js';
import { MemoryWatch, type PhaseMemory } from './memory-watch.js';
import { ourPeer, withoutExtensions, type PausedReader, type Received } from './paused-readers.js';
import { writePeopleCsv } from './people-csv.js';

/** Who asks, and who executes. */
export type PausedRun = 'ours' | 'noExtensions' | 'java' | 'oursAtJava';

export const PAUSED_RUNS: readonly PausedRun[] = ['ours', 'noExtensions', 'java', 'oursAtJava'];

/** First the one that does not bear anything beside it. */
const STARTED: readonly PausedRun[] = ['java', 'oursAtJava', 'noExtensions', 'ours'];

export interface PausedOptions {
  /** @default 500000 */
  readonly rows?: number;
  /** Seconds. @default 300 */
  readonly pause?: number;
  /** @default all */
  readonly runs?: readonly PausedRun[];
  readonly report?: (line: string) => void;
  /** Where the figures go as JSON. */
  readonly output?: string;
}

/** A search by a reader that paused in the middle. */
export interface PausedResult extends Received {
  readonly run: PausedRun;
  readonly reader: string;
  readonly server: string;
  /** How it is held back. */
  readonly heldBackBy: string;
  /** From the request to its end, the pause included, in milliseconds. */
  readonly milliseconds: number;
  readonly idle: PhaseMemory;
  readonly before: PhaseMemory;
  /** Undefined: it did not come to that. */
  readonly paused: PhaseMemory | undefined;
  readonly after: PhaseMemory | undefined;
  /** Every row, in order, and the reader was told so. */
  readonly complete: boolean;
  /** The server held no more and more while the reader paused, nor much more than while it read. */
  readonly flat: boolean;
}

export interface PausedFigures {
  readonly at: string;
  readonly rows: number;
  /** Seconds. */
  readonly pause: number;
  readonly results: readonly PausedResult[];
  /** Side by side, as Markdown. */
  readonly table: readonly string[];
  /** Whether both runs with our agent were complete and flat. */
  readonly ok: boolean;
}

interface Plan {
  readonly reader: string;
  readonly server: string;
  readonly heldBackBy: string;
  readonly read: PausedReader;
  start(directory: string, pauseMs: number): StartServer;
}

const MIB = 1024 ** 2;
/** From the first to the last quarter of the pause. */
const MOST_GROWTH = 8 * MIB;
/** Above the most it held while it was read from: less than what the rest of the results would take. */
const MOST_ABOVE = 32 * MIB;
/** Time for a search besides its pause. */
const SEARCH_MS = 600_000;
const IDLE_MS = 2_500;
const ATTEMPTS = 3;
/** A reader that pauses answers no ping; an agent takes a socket for dead after two intervals. */
const USUAL_PAUSE_MS = 45_000;

/** With a state directory of its own: there are two at a time. */
const agentFor = (directory: string, name: string, settings: Readonly<Record<string, unknown>> = {}): StartServer =>
  causewayAgent(directory, { agent: { name, stateDirectory: join(directory, name) }, ...settings });

const patient = (pauseMs: number): Readonly<Record<string, unknown>> => (pauseMs < USUAL_PAUSE_MS ? {} : { session: { heartbeatInterval: `${Math.ceil(pauseMs / 1000)}s` } });

const PLANS: Readonly<Record<PausedRun, Plan>> = {
  ours: { reader: 'our requesting peer', server: 'our agent', heldBackBy: 'credits', read: ourPeer, start: (directory) => agentFor(directory, 'credits') },
  noExtensions: { reader: 'requester without extensions', server: 'our agent', heldBackBy: 'socket buffer', read: withoutExtensions, start: (directory, pauseMs) => agentFor(directory, 'buffer', patient(pauseMs)) },
  java: { reader: 'requester without extensions', server: 'Java RCS', heldBackBy: 'nothing: it gives up after 100 ms', read: withoutExtensions, start: () => javaServer() },
  oursAtJava: { reader: 'our requesting peer', server: 'Java RCS', heldBackBy: 'nothing: our end must read on and buffer', read: ourPeer, start: () => javaServer() },
};

/** A search of all rows by readers that stop in the middle for a while: what the server holds meanwhile, and what arrives. */
export async function benchmarkPaused(options: PausedOptions = {}): Promise<PausedFigures> {
  const { rows = 500_000, pause = 300, runs = PAUSED_RUNS, report = () => undefined, output } = options;
  const directory = await mkdtemp(join(tmpdir(), 'causeway-bench-paused-'));
  try {
    const csvFile = join(directory, 'people.csv');
    await writePeopleCsv(csvFile, rows);
    const running = new Map<PausedRun, Promise<PausedResult>>();
    for (const run of STARTED.filter((each) => runs.includes(each))) {
      report(`${PLANS[run].reader}, ${PLANS[run].server}: ${rows} rows, pause of ${pause} s …`);
      // The next one begins while this one pauses: four long pauses take little longer than one.
      await new Promise<void>((resolve) => {
        const measuring = measureHeld(run, { directory, csvFile, rows, pauseMs: pause * 1000, pauseAt: rows >> 1, onPause: resolve });
        running.set(run, measuring);
        measuring.then((result) => {
          report(`${result.reader}, ${result.server}: ${endOf(result, rows)}; ${(result.milliseconds / 1000).toFixed(1)} s; the server held ${range(result.paused)} MiB during the pause`);
          resolve();
        }, () => resolve());
      });
    }
    await Promise.allSettled(running.values());                        // each has ended its server
    const results = (await Promise.all(running.values())).sort((a, b) => runs.indexOf(a.run) - runs.indexOf(b.run));
    const ok = results.every(({ server, complete, flat }) => server !== 'our agent' || (complete && flat));
    const cells = cellsOf(results, rows);
    const figures: PausedFigures = { at: new Date().toISOString(), rows, pause, results, table: markdown(cells), ok };
    for (const line of table(cells)) report(line);
    await writeFigures(output, figures);
    return figures;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface Setting { readonly directory: string; readonly csvFile: string; readonly rows: number; readonly pauseMs: number; readonly pauseAt: number; onPause(): void }

/** On a busy machine a Java server gives up before the reader has paused at all: that is no measurement of a pause. */
async function measureHeld(run: PausedRun, setting: Setting): Promise<PausedResult> {
  for (let attempt = 1; ; attempt++) {
    const result = await measure(run, setting);
    if (result.paused !== undefined || attempt === ATTEMPTS) return result;
  }
}

async function measure(run: PausedRun, { directory, csvFile, rows, pauseMs, pauseAt, onPause }: Setting): Promise<PausedResult> {
  const { reader, server: name, heldBackBy, read, start } = PLANS[run];
  const [port = 0] = await freePorts(1);
  const server = await start(directory, pauseMs)(port);
  try {
    await measureStart(server, port, csvFile);
    const watch = new MemoryWatch(server, 'idle');
    await sleep(IDLE_MS);
    watch.enter('before');
    const startedAt = performance.now();
    const received = await read({
      port, csvFile, pauseAt, pause: pauseMs, limit: pauseMs + SEARCH_MS,
      onPause: () => {
        watch.enter('paused');
        onPause();
      },
      onResume: () => watch.enter('after'),
    });
    const milliseconds = performance.now() - startedAt;
    const phases = watch.stop();
    const [idle, before, paused, after] = ['idle', 'before', 'paused', 'after'].map((phase) => phases.get(phase));
    if (idle === undefined || before === undefined) throw new Error('the memory was not looked at');
    return {
      run, reader, server: name, heldBackBy, ...received, milliseconds, idle, before, paused, after,
      complete: received.ended === 'end' && received.inOrder && received.entries === rows,
      flat: paused !== undefined && after !== undefined && paused.growth <= MOST_GROWTH && Math.max(paused.max, after.max) - before.max <= MOST_ABOVE,
    };
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${server.tail()}`, { cause: error });
  } finally {
    await server.kill();
  }
}

function endOf({ complete, ended, entries, error, inOrder }: PausedResult, rows: number): string {
  if (complete) return 'complete, in order';
  if (!inOrder) return 'out of order';
  if (ended === 'error') return `ended with an error after ${entries.toLocaleString('en-US')}: ${brief(error)}`;
  return `TRUNCATED: an ordinary end after ${entries.toLocaleString('en-US')} of ${rows.toLocaleString('en-US')}`;
}

/** The first sentence of it. */
const brief = (error = ''): string => /^[^.:]{0,200}/.exec(error)?.[0] ?? '';

function noticed(result: PausedResult): string {
  if (result.complete) return 'nothing to notice';
  return result.ended === 'error' ? 'yes, an error' : 'NO';
}

const range = (phase: PhaseMemory | undefined): string => (phase === undefined ? '-' : `${mebibytes(phase.min)} / ${mebibytes(phase.median)} / ${mebibytes(phase.max)}`);
const signed = (bytes: number | undefined): string => (bytes === undefined ? '-' : `${bytes < 0 ? '' : '+'}${mebibytes(bytes)}`);

function cellsOf(results: readonly PausedResult[], rows: number): string[][] {
  const row = (what: string, cell: (result: PausedResult) => string): string[] => [what, ...results.map(cell)];
  return [
    row('', ({ reader, server }) => `${reader} → ${server}`),
    row('held back by', ({ heldBackBy }) => heldBackBy),
    row('results received', ({ entries }) => `${entries.toLocaleString('en-US')} of ${rows.toLocaleString('en-US')}`),
    row('the search ended', (result) => endOf(result, rows)),
    row('the requester notices', noticed),
    row('seconds, pause included', ({ milliseconds }) => (milliseconds / 1000).toFixed(1)),
    row('server idle, MiB (min / median / max)', ({ idle }) => range(idle)),
    row('… before the pause', ({ before }) => range(before)),
    row('… during the pause', ({ paused }) => range(paused)),
    row('… after the pause', ({ after }) => range(after)),
    row('slope during the pause, MiB a minute', ({ paused }) => signed(paused?.slope)),
    row('last quarter of the pause against the first, MiB', ({ paused }) => signed(paused?.growth)),
    row('CPU seconds of the server during the pause', ({ paused }) => paused?.cpuSeconds.toFixed(2) ?? '-'),
    row('memory flat', ({ flat, complete, paused }) => (paused === undefined ? '-' : !flat ? 'no' : complete ? 'yes' : 'yes, the search was over')),
  ];
}

function markdown([head = [], ...rows]: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)];
}
