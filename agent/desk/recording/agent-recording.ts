import type { SessionLog } from '../../../protocol/session/contract.js';
import type { AnyConnector, TargetTraffic } from '../../../connectors/framework/index.js';
import { ConfigError } from '../../config/config-problems.js';

/** Names connector and file: `ldap:/var/tmp/ldap.jsonl`. For a fault that shows only in the running agent; off unless it is set. */
const VARIABLE = 'CAUSEWAY_RECORD_TRAFFIC';

export interface AgentRecording {
  traffic(connector: AnyConnector): TargetTraffic | undefined;
  close(): Promise<void>;
}

/** Undefined where nothing is to be recorded. Throws a ConfigError for a variable that cannot be followed. */
export async function recordingOf(environment: NodeJS.ProcessEnv, log: SessionLog): Promise<AgentRecording | undefined> {
  const given = environment[VARIABLE];
  if (given === undefined || given === '') return undefined;
  const at = given.indexOf(':');
  const [connector, path] = [given.slice(0, at), given.slice(at + 1)];
  if (at < 1 || path === '') throw new ConfigError([`${VARIABLE}: give CONNECTOR:FILE, e.g. ldap:/var/tmp/ldap.jsonl`]);
  const [{ recordTraffic }, { LARGEST_RECORDING }] = await Promise.all([import('./recording-traffic.js'), import('./recording-file.js')]);
  try {
    const { traffic, close } = recordTraffic(path);
    log.warn({ connector, file: path, largest: LARGEST_RECORDING }, 'What this connector says to its targets is recorded: secrets are left out, personal data is not. Unset CAUSEWAY_RECORD_TRAFFIC when done. Connectors in processes of their own are not recorded.');
    return { traffic: ({ id }) => (id === connector ? traffic : undefined), close: () => Promise.resolve(log.info({ file: path }, close())) };
  } catch (error) {
    throw new ConfigError([`${VARIABLE}: ${error instanceof Error ? error.message.replace(/^--record /, '') : String(error)}`]);
  }
}
