import type { AgentConfig } from '../config/agent-config.js';
import type { Patience } from './bounded.js';
import { certificateFaults, checkCertificates, identityFor } from './check-certificate.js';
import { checkConfiguration } from './check-configuration.js';
import { checkController } from './check-controller.js';
import { clockFaults } from './check-clock.js';
import { checkTimeServer, type TimeServerChecked } from './check-time-server.js';
import { pathTo } from './controller-path.js';
import { dnsFaults } from './check-dns.js';
import type { Finding } from './finding.js';
import type { Place } from './reach.js';
import { askRunningAgent, type RunningAgent } from './running-agent.js';
import { systemConfigurationFaults } from './system-faults.js';
import { knownSecrets } from './known-secrets.js';
import { Scrubber } from './scrubber.js';
import type { ShownIdentity } from './shown-identity.js';

export interface WalkOptions extends Patience {
  /** The agent's configuration file. */
  readonly file: string | undefined;
  /** Looks at this controller only. */
  readonly controller?: URL | undefined;
  /** Provisioner files of systems to try. */
  readonly systems?: readonly string[] | undefined;
  readonly revocationList?: string | undefined;
  /** A third clock to ask whose clock is wrong. Without it no third party is asked anything. */
  readonly timeServer?: Place | undefined;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** Everything the doctor saw. */
export interface Walked {
  readonly findings: readonly Finding[];
  readonly config: AgentConfig | undefined;
  readonly running: RunningAgent | undefined;
  readonly identity: ShownIdentity | undefined;
  /** Knows the secrets of configuration and systems; the findings have passed it. */
  readonly scrubber: Scrubber;
}

/** Walks from the configuration to each system. Changes nothing anywhere. Rejects only with the reason of `signal`, or for a defect. */
export async function walk({ file, controller, systems = [], revocationList, timeServer, now = Date.now, ...patience }: WalkOptions): Promise<Walked> {
  const { findings: ofConfiguration, config } = await checkConfiguration(file, controller);
  const asked = timeServer === undefined ? undefined : checkTimeServer(timeServer, patience, now);
  asked?.catch(() => undefined); // it is waited for below, after what may end the walk
  if (config === undefined) return { findings: [...ofConfiguration, ...await timeFindings(asked), ...withoutConfiguration(systems)], config, running: undefined, identity: undefined, scrubber: new Scrubber([]) };
  const [running, read] = await Promise.all([askRunningAgent(config, patience), identityFor(config)]);
  const identity = read instanceof Error ? undefined : read;
  const certificates = await checkCertificates(config, read, { now: now(), revocationList });
  const controllers = await Promise.all(config.controllers.map((each) => checkController({ path: pathTo(config, each, identity, patience.timeout), running, now, third: async () => (await asked)?.third }, patience)));
  const ways = controllers.flat();
  const isClock = ({ step }: Finding): boolean => step === 'clock';
  const ofSystems = systems.length === 0 ? [] : await checkSystems(config, systems, patience);
  const findings = [...ofConfiguration, ...await timeFindings(asked), ...ways.filter(isClock), ...certificates, ...ways.filter((finding) => !isClock(finding)), ...ofSystems];
  // Other ends may repeat what they were told; so nothing is shown that holds a secret we know.
  const scrubber = new Scrubber([...await knownSecrets(config, systems), ...(identity === undefined ? [] : [identity.key.split('\n').filter((line) => !line.startsWith('-----')).join('\n')])]);
  return { findings: scrubber.values(findings), config, running, identity, scrubber };
}

async function timeFindings(asked: Promise<TimeServerChecked> | undefined): Promise<readonly Finding[]> {
  return asked === undefined ? [] : [(await asked).finding];
}

function withoutConfiguration(systems: readonly string[]): Finding[] {
  const why = 'Not tried: it takes a configuration that can be used.';
  return [clockFaults.skipped('clock', why), certificateFaults.skipped('certificate', why), dnsFaults.skipped('controllers', why), ...systems.map((path) => systemConfigurationFaults.skipped(path, why))];
}

/** One after the other: a target counts wrong logins. */
async function checkSystems(config: AgentConfig, files: readonly string[], patience: Patience): Promise<Finding[]> {
  const [{ SystemHost }, { checkSystem }] = await Promise.all([import('./system-host.js'), import('./check-system.js')]);
  let host;
  try {
    host = await SystemHost.start(config);
  } catch (error) {
    return files.map((path) => systemConfigurationFaults.skipped(path, `Not tried: ${error instanceof Error ? error.message : String(error)}`));
  }
  try {
    const findings: Finding[] = [];
    for (const path of files) findings.push(...await checkSystem(path, host, patience));
    return findings;
  } finally {
    await host.close();
  }
}
