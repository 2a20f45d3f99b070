import type { StatusDocument } from '../../observe/local/status-document.js';

const MOST_ERRORS = 5;
const MOST_ROWS = 20;
const SOON_DAYS = 14;
const DAY_MS = 86_400_000;

/** The status as lines for people. What is wrong says so in its first word. */
export function statusText(status: StatusDocument): string {
  return [
    ...headOf(status), ...section('Connections', connections(status)), ...section('Systems', systems(status), 'none used since the start'),
    ...section('Running', running(status), 'nothing'), ...section('Recent errors', errors(status), 'none'), ...section('Safety', safety(status)), '',
  ].join('\n');
}

/** One line, for `--watch`. */
export function statusLine({ time, controllers, ready, stopping, operations, throughput, load }: StatusDocument): string {
  const serving = controllers.filter((controller) => controller.serving > 0).length;
  const state = stopping ? 'stopping' : ready ? 'ready' : 'NOT READY';
  const connected = controllers.length === 0 ? '' : `, ${serving} of ${controllers.length} controllers`;
  return `${time.slice(11, 19)}  ${state}${connected}, ${operations.runningCount} running, ${throughput.operationsPerSecond} operations/s, ${throughput.entriesPerSecond} entries/s, ${operations.failed} failed, ${megabytes(load.rss)}`;
}

function headOf({ agent, ready, stopping, throughput, load }: StatusDocument): string[] {
  const state = stopping ? 'STOPPING: new operations are refused' : ready ? 'ready' : 'NOT READY';
  return [
    `${agent.name}: ${state}`,
    `  Causeway ${agent.version}, up ${duration(agent.uptimeSeconds * 1000)}, process ${agent.pid}`,
    `  ${throughput.operationsPerSecond} operations/s, ${throughput.entriesPerSecond} entries/s, ${megabytes(load.rss)}`,
    ...(load.overloaded === undefined ? [] : [`  BUSY: ${load.overloaded}; new reads are refused`]),
  ];
}

function section(title: string, rows: readonly (readonly string[])[], empty = 'none'): string[] {
  if (rows.length === 0) return ['', `${title}: ${empty}`];
  const widths = (rows[0] ?? []).map((_, column) => Math.min(48, Math.max(...rows.map((row) => row[column]?.length ?? 0))));
  const lines = rows.slice(0, MOST_ROWS).map((row) => `  ${row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  ')}`.trimEnd());
  return ['', title, ...lines, ...(rows.length > MOST_ROWS ? [`  and ${rows.length - MOST_ROWS} more; --json has all`] : [])];
}

function connections({ controllers, listeners, relays, time }: StatusDocument): string[][] {
  return [
    ...controllers.map(({ url, state, since, serving, lines, problem }) => [state === 'connected' ? 'ok' : state === 'connecting' ? '..' : 'DOWN', url, `${serving} of ${lines} sockets, ${state === 'waiting' ? 'not connected' : state} for ${past(since, time)}${problem === '' ? '' : `: ${problem}`}`]),
    ...listeners.map(({ port, controllers: count }) => ['ok', `listening on port ${port}`, `${count} controllers connected`]),
    ...relays.map(({ name, url, serving, lines, problem }) => [serving > 0 ? 'ok' : 'DOWN', `relay ${name} (${url})`, `${serving} of ${lines} sockets${problem === '' ? '' : `: ${problem}`}`]),
  ];
}

function systems({ systems: all, time }: StatusDocument): string[][] {
  const marks = { ok: 'ok', failing: 'FAILING', unknown: '..' } as const;
  return all.map(({ connector, targets, relay, state, operations, failed, lastOperation, lastTrouble }) => [
    marks[state], connector, targets.join(', ') || (relay === undefined ? '-' : `relay ${relay}`), `${operations} operations, ${failed} failed`,
    [lastOperation === undefined ? '' : `last ${lastOperation.operation} ${past(lastOperation.time, time)} ago`, state === 'failing' && lastTrouble !== undefined ? lastTrouble.error : ''].filter((text) => text !== '').join(': '),
  ]);
}

function running({ operations }: StatusDocument): string[][] {
  return operations.running.map(({ operation, connector, objectClass, runningMs, entries, principal }) => [operation, connector, objectClass ?? '-', `for ${duration(runningMs)}`, `${entries} entries`, `asked by ${principal}`]);
}

function errors({ operations, time }: StatusDocument): string[][] {
  return operations.recentErrors.slice(0, MOST_ERRORS).map(({ time: when, operation, connector, objectClass, error, operationId }) => [`${past(when, time)} ago`, error, operation, connector, objectClass ?? '-', operationId ?? '']);
}

function safety({ certificates, identity, policy, audit, journal }: StatusDocument): string[][] {
  return [
    ...[...(identity === undefined ? [] : [identity]), ...certificates].map(({ subject, daysLeft }) => [daysLeft < SOON_DAYS ? 'SOON' : 'ok', 'certificate', `${Math.floor(daysLeft)} days left, ${subject}`]),
    policyRow(policy),
    audit.enabled ? [audit.writable ? 'ok' : 'TROUBLE', 'audit', audit.writable ? `line ${audit.sequence}` : audit.problem] : ['..', 'audit', 'switched off'],
    journal.failing ? ['TROUBLE', 'journal', 'cannot be written; writes are refused'] : ['ok', 'journal', `${journal.underWay} writes under way, ${journal.unresolved} of an earlier run unresolved`],
  ];
}

function policyRow({ file, digest = '', rules, problem, brakes }: StatusDocument['policy']): string[] {
  if (file === undefined) return ['..', 'policy', 'none: everything but scripts is allowed'];
  const tripped = brakes.filter(({ tripped: at }) => at !== undefined).map(({ brake, system }) => `; brake ${brake} tripped for ${system}`);
  const mistake = problem === '' ? '' : `; the file has a mistake, the one before applies: ${problem}`;
  return [tripped.length === 0 && problem === '' ? 'ok' : 'TROUBLE', 'policy', `${rules} rules, ${digest.slice(0, 12)}${tripped.join('')}${mistake}`];
}

const past = (then: string, now: string): string => duration(Date.parse(now) - Date.parse(then));
const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 ** 2)} MiB`;

function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return milliseconds < 2 * DAY_MS ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(milliseconds / DAY_MS)} days`;
}
