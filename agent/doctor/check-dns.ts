import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { isTimeout, seconds, within, type Patience } from './bounded.js';
import { Faults, type Finding } from './finding.js';

const TEXTS = {
  'dns-unknown-name': {
    outcome: 'failed', why: 'No name server this machine asks knows the name.',
    advice: 'Check the spelling. From inside, some names exist only at the internal name server: look at /etc/resolv.conf (Windows: ipconfig /all), and ask for a record or put the name into the hosts file.',
  },
  'dns-no-answer': {
    outcome: 'failed', why: 'The name servers of this machine do not answer.',
    advice: 'Check the network of this machine, the servers in /etc/resolv.conf, and that the firewall lets UDP and TCP port 53 through to them.',
  },
  'dns-wrong-address': {
    outcome: 'failed', why: 'The name leads to an address nobody can be at: a name server or a filter blocks it.',
    advice: 'Ask who runs the name server (or the DNS filter) to allow the name, or to correct its record.',
  },
  'dns-failed': { outcome: 'failed', why: 'The name could not be resolved.', advice: 'Try the same name with the system\'s own tools (getent hosts NAME, nslookup NAME).' },
} as const;

/** Of controllers and proxies. */
export const dnsFaults = new Faults('dns', TEXTS);
/** Of systems. */
export const systemResolveFaults = new Faults('system-resolve', {
  'system-unknown-name': TEXTS['dns-unknown-name'], 'system-dns-no-answer': TEXTS['dns-no-answer'], 'system-wrong-address': TEXTS['dns-wrong-address'], 'system-dns-failed': TEXTS['dns-failed'],
});

type Problem = keyof typeof TEXTS;

/** What a name stands for, or what is wrong with it. */
export interface Resolved {
  /** In the order the system gives them; empty when something is wrong. */
  readonly addresses: readonly string[];
  readonly what: string;
  readonly problem?: Problem;
}

/** Resolves a name as connections do (hosts file included). */
export async function resolveName(host: string, patience: Patience): Promise<Resolved> {
  if (isNowhere(host)) return { addresses: [], what: `${host} is an address to listen at, and none to dial.`, problem: 'dns-wrong-address' };
  if (isIP(host) !== 0) return { addresses: [host], what: `${host} is an address: there is nothing to resolve.` };
  const started = performance.now();
  try {
    const found = await within(patience, () => lookup(host, { all: true, order: 'verbatim' }));
    const addresses = [...new Set(found.map(({ address }) => address))];
    const families = new Set(found.map(({ family }) => family));
    const what = `${host} is ${addresses.join(', ')}${families.size > 1 ? ' (IPv4 and IPv6)' : ''}, found in ${seconds(performance.now() - started)}.`;
    if (addresses.some(isNowhere)) return { addresses: [], what, problem: 'dns-wrong-address' };
    return { addresses, what };
  } catch (error) {
    patience.signal.throwIfAborted();
    return { addresses: [], ...explain(host, error) };
  }
}

function explain(host: string, error: unknown): { readonly what: string; readonly problem: Problem } {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  if (isTimeout(error)) return { what: `The name ${host} was looked up: ${(error as Error).message}.`, problem: 'dns-no-answer' };
  const problem = code === 'ENOTFOUND' || code === 'ENODATA' ? 'dns-unknown-name' : code === 'EAI_AGAIN' ? 'dns-no-answer' : 'dns-failed';
  return { what: `The name ${host} was looked up: ${code === 'ENOTFOUND' ? 'there is no such name' : code === 'EAI_AGAIN' ? 'the name servers do not answer' : 'it failed'} (${code}).`, problem };
}

/** What blocking name servers answer. */
function isNowhere(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

export async function checkDns(subject: string, host: string, patience: Patience): Promise<{ readonly finding: Finding; readonly addresses: readonly string[] }> {
  const { addresses, what, problem } = await resolveName(host, patience);
  return { finding: problem === undefined ? dnsFaults.ok(subject, what) : dnsFaults.found(problem, subject, what), addresses };
}
