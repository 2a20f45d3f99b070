import { within, type Patience } from './bounded.js';
import { checkClock, type ThirdClock } from './check-clock.js';
import { checkDns } from './check-dns.js';
import { checkHandshake, handshakeFaults } from './check-handshake.js';
import { checkProxy, proxyFaults } from './check-proxy.js';
import { checkTcp, tcpFaults } from './check-tcp.js';
import { checkTls } from './check-tls.js';
import { checkUpgrade, upgradeFaults } from './check-upgrade.js';
import type { ControllerPath } from './controller-path.js';
import type { Faults, Finding } from './finding.js';
import { headOver, type HeadAnswer } from './look-at-tls.js';
import { controllerState, type RunningAgent } from './running-agent.js';
import { tlsFaults } from './tls-problems.js';

export interface ControllerLook {
  readonly path: ControllerPath;
  readonly running: RunningAgent | undefined;
  /** Milliseconds since the epoch. */
  now(): number;
  /** What a time server says, when one was asked for; it may come later than the controller's answer. */
  third(): Promise<ThirdClock | undefined>;
}

/** Name, proxy, port, TLS, upgrade and handshake of one controller, and its clock. The first step that fails ends the walk; the others are told as skipped. */
export async function checkController({ path, running, now, third }: ControllerLook, patience: Patience): Promise<Finding[]> {
  const { subject, target: { proxy, url }, place } = path;
  const findings: Finding[] = [];
  let answer: HeadAnswer | undefined;
  /** True when the walk goes on. */
  const add = (finding: Finding, ...needing: readonly Faults<string>[]): boolean => {
    findings.push(finding);
    if (finding.outcome !== 'failed') return true;
    findings.push(...needing.map((faults) => faults.skipped(subject, `Not tried: ${finding.step} has to succeed first.`)));
    return false;
  };
  const walk = async (): Promise<void> => {
    const { finding, addresses } = await checkDns(subject, proxy?.host ?? place.host, patience);
    if (!add(finding, proxy === undefined ? tcpFaults : proxyFaults, tlsFaults, upgradeFaults, handshakeFaults)) return;
    const reached = proxy === undefined ? await checkTcp(subject, addresses, place.port, patience) : await checkProxy(subject, proxy, place, patience);
    if (!add(reached, tlsFaults, upgradeFaults, handshakeFaults)) return;
    if (url.protocol === 'wss:') {
      const checked = await checkTls(path, patience, now);
      ({ answer } = checked);
      if (!add(checked.finding, upgradeFaults, handshakeFaults)) return;
    } else {
      add(tlsFaults.skipped(subject, 'The URL is without TLS (ws:).'));
      answer = await plainAnswer(path, patience, now);
    }
    findings.push(...await checkSession(path, running, patience));
  };
  await walk();
  return [checkClock(subject, answer, await third()), ...findings];
}

/** Without TLS, the same question for the time. */
async function plainAnswer(path: ControllerPath, patience: Patience, now: () => number): Promise<HeadAnswer | undefined> {
  try {
    return await within(patience, async (signal) => headOver(await path.open(signal), path.target.url, signal, now));
  } catch {
    patience.signal.throwIfAborted();
    return undefined;
  }
}

async function checkSession(path: ControllerPath, running: RunningAgent | undefined, patience: Patience): Promise<Finding[]> {
  const { subject } = path;
  const { finding, dialled } = await checkUpgrade(path, patience);
  if (dialled === undefined) return [finding, handshakeFaults.skipped(subject, 'Not tried: upgrade has to succeed first.')];
  return [finding, await checkHandshake(subject, dialled.socket, patience), ...servedBy(subject, running)];
}

/** The agent that runs here has done the real handshake: its own word counts. */
function servedBy(subject: string, running: RunningAgent | undefined): Finding[] {
  const state = running === undefined ? undefined : controllerState(running, subject);
  if (state === undefined) return [];
  if (state.isServing) return [handshakeFaults.ok(subject, `The agent that runs here serves this controller over ${state.sockets} ${state.sockets === 1 ? 'connection' : 'connections'}.`)];
  return [handshakeFaults.found('handshake-not-served', subject, `The agent that runs here says: ${state.problem === '' ? 'not connected' : state.problem}.`)];
}
