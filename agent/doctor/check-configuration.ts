import { checkAgent, type CheckResult } from '../cli/check-agent.js';
import type { AgentConfig } from '../config/agent-config.js';
import { ConfigError } from '../config/config-problems.js';
import { loadConfig, readConfig } from '../config/load-config.js';
import { Faults, type Finding } from './finding.js';

export const configurationFaults = new Faults('configuration', {
  'configuration-invalid': { outcome: 'failed', why: 'The configuration cannot be used as it is; an agent does not start with it.', advice: 'Correct the line that is named; agent/config/example.yaml shows every setting.' },
  'configuration-part-unusable': { outcome: 'failed', why: 'A file, directory, secret or connector the configuration names cannot be used.', advice: 'Put it in its place, with rights for the user the agent runs as (run the doctor as that user), or correct the setting.' },
  'configuration-weak': { outcome: 'warning', why: 'It works, and should not stay as it is.', advice: 'Change the setting as the text says.' },
});

/** Certificates have a step of their own, which looks closer. */
const OF_CERTIFICATES = /^(tls|controllers\[\d+\]\.tls)(\.certificate)?$|^identity$/;

export interface ConfigurationChecked {
  readonly findings: readonly Finding[];
  /** Undefined: there is none that could be used. */
  readonly config: AgentConfig | undefined;
}

/** Reads the configuration and looks at everything it names on this machine. `url` may be looked at without any. */
export async function checkConfiguration(file: string | undefined, url: URL | undefined): Promise<ConfigurationChecked> {
  const findings: Finding[] = [];
  let config: AgentConfig | undefined;
  if (file !== undefined) {
    try {
      config = await loadConfig(file);
      findings.push(configurationFaults.ok(file, 'The file can be read, and every setting is known and of its kind.'));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      findings.push(...error.problems.map((problem) => configurationFaults.found('configuration-invalid', file, `${problem}.`)));
    }
  }
  if (config === undefined) return { findings, config: url === undefined ? undefined : onlyUrl(url) };
  const results = await checkAgent(config, { isReadOnly: true });
  findings.push(...results.filter(({ subject }) => !OF_CERTIFICATES.test(subject)).map(ofCheck));
  return { findings, config: url === undefined ? config : withUrl(config, url) };
}

function ofCheck({ subject, outcome, text }: CheckResult): Finding {
  if (outcome === 'ok') return configurationFaults.ok(subject, text);
  return configurationFaults.found(outcome === 'failed' ? 'configuration-part-unusable' : 'configuration-weak', subject, `${subject}: ${text}.`);
}

/** Everything by default, for a look at the way to a controller. */
function onlyUrl(url: URL): AgentConfig {
  return readConfig(JSON.stringify({ agent: { name: 'doctor' }, controllers: [{ url: url.href }] }), 'doctor.yaml');
}

/** The controller of that URL alone; one that is not configured is dialled as the first one is. */
function withUrl(config: AgentConfig, url: URL): AgentConfig {
  const known = config.controllers.filter((controller) => controller.url.href === url.href);
  const [first] = config.controllers;
  const alike = first === undefined ? onlyUrl(url).controllers : [{ ...first, url }];
  return { ...config, controllers: known.length > 0 ? known : alike };
}
