import type { ControllerConfig } from '../config/controller-config.js';
import { ConfigError, loadConfig } from '../config/load-config.js';
import { checkAgentTrust } from './check-agent-trust.js';
import { checkAuthorityFile } from './check-authority-file.js';
import { checkData } from './check-data.js';
import { checkFleet } from './check-fleet.js';
import { checkListeners } from './check-listeners.js';
import { failed, type CheckResult } from './check-result.js';
import { checkServerFiles } from './check-server-certificate.js';
import { checkSystems } from './check-systems.js';
import { checkStore } from './check-store.js';
import { checkConsole } from './check-console.js';
import { checkTelemetry } from './check-telemetry.js';

/** What a script gets. */
export interface CheckDocument {
  readonly file: string;
  /** Nothing failed; there may be warnings. */
  readonly valid: boolean;
  readonly results: readonly CheckResult[];
}

/** Reads a configuration and looks at every file it names. Starts nothing, opens no connection, writes nothing. */
export async function checkFile(file: string, now = Date.now()): Promise<CheckDocument> {
  let results: readonly CheckResult[];
  try {
    results = await checkController(await loadConfig(file), now);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    results = error.problems.map((problem) => ofConfiguration(problem, file));
  }
  return { file, valid: !results.some(({ outcome }) => outcome === 'failed'), results };
}

/** `now`: milliseconds since the epoch. */
export async function checkController(config: ControllerConfig, now: number): Promise<CheckResult[]> {
  const { rest, gateway, enrolment, systems } = config;
  return [
    ...checkListeners(config),
    ...rest.tls === undefined ? [] : await checkServerFiles('rest.tls', rest.tls, now),
    ...gateway?.tls === undefined ? [] : await checkServerFiles('gateway.tls', gateway.tls, now),
    ...enrolment?.tls === undefined ? [] : await checkServerFiles('enrolment.tls', enrolment.tls, now),
    ...await checkAgentTrust(config, now),
    ...systems.remoteServerAuthorities === undefined ? [] : [await checkAuthorityFile('systems.remoteServerAuthorities', systems.remoteServerAuthorities)],
    ...await checkSystems(config),
    ...await checkData(config),
    ...await checkStore(config),
    ...await checkTelemetry(config),
    ...await checkConsole(config),
    ...await checkFleet(config, now),
  ];
}

/** `rest.port: must be …`; the parser of YAML shows a piece of the file on further lines, which are left out. */
function ofConfiguration(problem: string, file: string): CheckResult {
  const line = (problem.split('\n')[0] ?? '').replace(/^the file: /, '');
  const [, setting, text] = /^([\w.-]+): (.+)$/.exec(line) ?? [];
  const said = setting === undefined || text === undefined ? line.replace(/:$/, '') : text;
  return failed({ setting: setting ?? 'the file', file }, `${said}. ${setting === undefined ? 'Correct the file' : 'Correct the setting'}; controller/config/example.yaml shows every one.`);
}
