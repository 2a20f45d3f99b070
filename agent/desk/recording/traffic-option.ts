import type { TargetTraffic } from '../../../connectors/framework/index.js';
import { CliError, EXIT } from '../../cli/exit-codes.js';
import type { TargetOptions } from '../desk-target.js';
import type { DeskIo, DeskOptions } from '../desk-session.js';
import { readRecording, type Recording } from './recording-file.js';
import { recordTraffic, replayTraffic } from './recording-traffic.js';
import { SCRUBBED } from './scrubber.js';

/** What `--record` and `--replay` ask for. */
export interface TrafficOption {
  readonly traffic: TargetTraffic | undefined;
  /** The traffic answers in the target's place. */
  readonly replays: boolean;
  readonly notes: readonly string[];
  /** The options with what a recording knows of connector and configuration. */
  completed(options: TargetOptions): Promise<TargetOptions>;
  /** What to tell at the end. */
  close(): Promise<string | undefined>;
}

/** The environment variable placeholders are read from; nobody else sees it. */
const PLACEHOLDER = 'CAUSEWAY_DESK_PLACEHOLDER';

export async function trafficOption({ record, replay }: DeskOptions, io: DeskIo): Promise<TrafficOption> {
  if (record !== undefined && replay !== undefined) throw new CliError('Give either --record or --replay.', EXIT.usage);
  if (replay !== undefined) return replaying(await readRecording(replay), replay, io);
  const recorded = record === undefined ? undefined : recordTraffic(record);
  return {
    traffic: recorded?.traffic, replays: false, notes: [], completed: (options) => Promise.resolve(options),
    close: () => Promise.resolve(recorded === undefined ? undefined : `${recorded.close()} in ${record ?? ''}; secrets are scrubbed, names and other personal data are not`),
  };
}

function replaying(recording: Recording, path: string, io: DeskIo): TrafficOption {
  return {
    traffic: replayTraffic(recording), replays: true, notes: [`answers come from ${path}; nothing is sent`], close: () => Promise.resolve(undefined),
    completed: (options) => Promise.resolve(completed(recording, options, io)),
  };
}

/** Connector and properties of the recording where none are given; placeholders for the secrets that were left out of it. */
function completed({ head }: Recording, options: TargetOptions, io: DeskIo): TargetOptions {
  if (options.system !== undefined || (options.connector !== undefined && options.connector !== head.connector)) return options;
  const given = new Set([...options.set, ...options.setFrom].map((one) => one.split('=', 1)[0]));
  io.environment[PLACEHOLDER] = SCRUBBED;
  const set = Object.entries(head.properties).filter(([name]) => !given.has(name)).map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const setFrom = head.withheld.filter((name) => !given.has(name)).map((name) => `${name}=env:${PLACEHOLDER}`);
  return { ...options, connector: head.connector, set: [...set, ...options.set], setFrom: [...setFrom, ...options.setFrom] };
}
