import { readFileSync, writeFileSync } from 'node:fs';

/** Which kinds of memory a core dump holds; Linux only, inherited by what we start. */
const FILTER = '/proc/self/coredump_filter';
/** Flags of Node after which somebody can have its memory, and why. */
const REVEALING: readonly (readonly [RegExp, string])[] = [
  [/^--inspect(?:-brk|-wait|-port)?(?:=|$)/, 'a debugger can read all memory'],
  [/^--heapsnapshot-/, 'a heap snapshot holds secrets in use'],
  [/^--heap-prof(?:=|$)/, 'it writes about memory'],
  [/^--abort-on-uncaught-exception$/, 'it ends in a core dump'],
  [/^--(?:report-on-|report-uncaught|experimental-report)/, 'diagnostic reports hold the environment'],
  [/^--tls-keylog/, 'it writes the keys of TLS connections'],
];

/**
 * Leaves all memory out of a core dump of this process: what is dumped then are registers and notes. Nothing for JavaScript to
 * reach switches dumps off altogether; the service unit does (LimitCORE=0). False where the system knows no such filter.
 */
export function excludeFromCoreDumps(): boolean {
  try {
    writeFileSync(FILTER, '0');
    return Number.parseInt(readFileSync(FILTER, 'utf8'), 16) === 0;
  } catch {
    return false;
  }
}

/** Node's own diagnostic reports hold the whole environment, and on Node 20 cannot be told not to: none is written by itself. */
export function withoutDiagnosticReports(): void {
  const { report } = process;
  report.reportOnFatalError = false;
  report.reportOnSignal = false;
  report.reportOnUncaughtException = false;
  if ('excludeEnv' in report) report.excludeEnv = true;
}

/** SIGUSR1 would open Node's debugger to every user of the machine who can reach its port. */
export function withoutDebuggerSignal(onAsked: () => void): void {
  if (process.platform !== 'win32') process.on('SIGUSR1', onAsked);
}

/** Flags this process was started with that show its memory to others, each with what it does. */
export function revealingFlags(args: readonly string[] = process.execArgv, environment: NodeJS.ProcessEnv = process.env): string[] {
  const flags = [...args, ...(environment['NODE_OPTIONS'] ?? '').split(/\s+/)];
  return flags.flatMap((flag) => REVEALING.filter(([pattern]) => pattern.test(flag)).map(([, why]) => `${flag.split('=', 1)[0] ?? flag}: ${why}`));
}

export interface HygieneLog {
  warn(fields: object, message: string): void;
}

/** All of it, for a process that holds secrets. */
export function hardenProcess(log: HygieneLog, { coreDumps }: { readonly coreDumps: boolean }): void {
  if (coreDumps) log.warn({}, 'Core dumps hold memory, secrets included (agent.coreDumps).');
  else if (!excludeFromCoreDumps()) log.warn({}, 'Memory cannot be left out of core dumps here; switch them off for this service.');
  withoutDiagnosticReports();
  withoutDebuggerSignal(() => { log.warn({}, 'Signalled to open the debugger (SIGUSR1): refused.'); });
  const flags = revealingFlags();
  if (flags.length > 0) log.warn({ flags }, 'Node runs with flags that show memory, secrets included, to others.');
}
