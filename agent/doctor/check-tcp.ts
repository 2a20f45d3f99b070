import { isTimeout, seconds, within, type Patience } from './bounded.js';
import { Faults, type Finding } from './finding.js';
import { openTcp, placeText } from './reach.js';

const TEXTS = {
  'tcp-refused': {
    outcome: 'failed', why: 'The machine is there, and nothing listens on the port (or a firewall refuses on its behalf).',
    advice: 'Check the port in the configuration, and that the other end runs and listens on this address.',
  },
  'tcp-filtered': {
    outcome: 'failed', why: 'Packets vanish: a firewall drops them, or there is no machine at the address.',
    advice: 'Ask the firewall team to allow TCP from this machine to this address and port (outbound is enough), or set proxy if the way out leads through one.',
  },
  'tcp-reset': {
    outcome: 'failed', why: 'Something cut the connection: most often a firewall or a load balancer without a server behind it.',
    advice: 'Ask who runs the firewall or load balancer between this machine and the address.',
  },
  'tcp-no-route': { outcome: 'failed', why: 'This machine has no route to the address.', advice: 'Check the network of this machine: default route, VPN, and whether it has IPv6 where the address is one.' },
  'tcp-failed': { outcome: 'failed', why: 'No TCP connection could be made.', advice: 'Try the same from this machine with other tools, e.g. nc -vz HOST PORT.' },
  'tcp-some-addresses': {
    outcome: 'warning', why: 'Of the addresses behind the name some do not answer; connections go on to the next one, which takes time.',
    advice: 'Have the addresses that do not answer removed from the name, or the network repaired: an IPv6 address without IPv6 is the usual case.',
  },
} as const;

export const tcpFaults = new Faults('tcp', TEXTS);
export const systemConnectFaults = new Faults('system-connect', {
  'system-refused': TEXTS['tcp-refused'], 'system-filtered': TEXTS['tcp-filtered'], 'system-reset': TEXTS['tcp-reset'], 'system-no-route': TEXTS['tcp-no-route'],
  'system-connect-failed': TEXTS['tcp-failed'], 'system-some-addresses': TEXTS['tcp-some-addresses'],
});

export type TcpProblem = keyof typeof TEXTS;

const BY_CODE: Readonly<Record<string, TcpProblem>> = {
  ECONNREFUSED: 'tcp-refused', ETIMEDOUT: 'tcp-filtered', ECONNRESET: 'tcp-reset', EPIPE: 'tcp-reset', EHOSTUNREACH: 'tcp-no-route', ENETUNREACH: 'tcp-no-route', EADDRNOTAVAIL: 'tcp-no-route',
};

/** What a failed attempt to connect means, and in words. */
export function tcpProblem(error: unknown): { readonly problem: TcpProblem; readonly text: string } {
  if (isTimeout(error)) return { problem: 'tcp-filtered', text: error instanceof Error && error.message !== '' ? error.message : 'no answer' };
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  const problem = BY_CODE[code] ?? 'tcp-failed';
  const words = { 'tcp-refused': 'connection refused', 'tcp-filtered': 'no answer', 'tcp-reset': 'connection reset', 'tcp-no-route': 'no route' } as Readonly<Record<string, string>>;
  return { problem, text: `${words[problem] ?? 'failed'} (${code})` };
}

/** Names do not have more in earnest. */
const MOST_ADDRESSES = 8;

export interface Connected {
  /** The first address that took a connection. */
  readonly address: string | undefined;
  readonly what: string;
  readonly problem?: TcpProblem;
}

/** Tries every address at once; each connection is closed again. */
export async function tryAddresses(addresses: readonly string[], port: number, patience: Patience): Promise<Connected> {
  const tried = await Promise.all(addresses.slice(0, MOST_ADDRESSES).map(async (host) => ({ host, ...await tryAddress(host, port, patience) })));
  patience.signal.throwIfAborted();
  const what = `TCP to ${tried.map(({ host, text }) => `${placeText({ host, port })}: ${text}`).join('; ')}.`;
  const first = tried.find(({ problem }) => problem === undefined);
  // `localhost` has two addresses on nearly every machine, and what listens there listens on one of them.
  const failed = tried.find(({ host, problem }) => problem !== undefined && (first === undefined || !isLoopback(host)));
  if (failed?.problem === undefined) return { address: first?.host, what };
  return { address: first?.host, what, problem: first === undefined ? failed.problem : 'tcp-some-addresses' };
}

function isLoopback(host: string): boolean {
  return host === '::1' || host.startsWith('127.');
}

async function tryAddress(host: string, port: number, patience: Patience): Promise<{ readonly problem?: TcpProblem; readonly text: string }> {
  const started = performance.now();
  try {
    (await within(patience, (signal) => openTcp({ host, port }, signal))).destroy();
    return { text: `connected in ${seconds(performance.now() - started)}` };
  } catch (error) {
    return tcpProblem(error);
  }
}

export async function checkTcp(subject: string, addresses: readonly string[], port: number, patience: Patience): Promise<Finding> {
  const { what, problem } = await tryAddresses(addresses, port, patience);
  return problem === undefined ? tcpFaults.ok(subject, what) : tcpFaults.found(problem, subject, what);
}
