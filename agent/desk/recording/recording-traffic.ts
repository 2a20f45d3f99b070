import { GuardedByteArray, GuardedString, IcfArray, type ApiConfiguration, type IcfValue } from '../../../protocol/model/index.js';
import { naturalJson } from '../../../protocol/provisioner/json-form.js';
import type { JsonObject } from '../../../protocol/crest/json.js';
import { defaultConfiguration, type AnyConnector, type TargetTraffic } from '../../../connectors/framework/index.js';
import { canonicalValue } from '../../../connectors/framework/canonical.js';
import { CliError, EXIT } from '../../cli/exit-codes.js';
import { HttpReplay } from './http-replay.js';
import { recordExchange } from './http-recorder.js';
import { recordingConnector, replayedConnector } from './recorded-connector.js';
import type { RecordedCall, RecordedExchange, RecordingHead } from './recording-lines.js';
import { RecordingFile, type Recording } from './recording-file.js';
import { Scrubber } from './scrubber.js';

export interface RecordedTraffic {
  readonly traffic: TargetTraffic;
  /** Closes the file; what to tell of it. */
  close(): string;
}

/**
 * Records what one connector says to its target into a new file: HTTP exchanges where all it says is HTTP; else the calls of its
 * operations, for what LDAP, SQL and SSH send over their sockets nobody could scrub.
 */
export function recordTraffic(path: string, largest?: number): RecordedTraffic {
  const scrubber = new Scrubber();
  const file = new RecordingFile(path, scrubber, largest);
  let recorded: AnyConnector | undefined;
  const isHttp = (): boolean => recorded?.traffic === 'http';
  return {
    traffic: {
      secrets: (reveal) => { scrubber.learn(reveal()); },
      opening: (connector, configuration) => {
        scrubber.learnFields(connector.secretFields ?? []);
        scrubber.learn(confidentialTexts(connector, configuration));
        if (recorded === undefined) file.write(headOf(connector, configuration, scrubber));
        // One file is of one connector: another one, or the same with another configuration, goes by unrecorded.
        else if (recorded.id !== connector.id) return connector;
        recorded = connector;
        return isHttp() ? connector : recordingConnector(connector, (line) => { file.write(line); });
      },
      http: (request, send) => (isHttp() ? recordExchange(request, send, scrubber, (line) => { file.write(line); }) : send()),
    },
    close: () => file.close(),
  };
}

function headOf(connector: AnyConnector, configuration: ApiConfiguration, scrubber: Scrubber): RecordingHead {
  const defaults = new Map(defaultConfiguration(connector).properties.map(({ name, value }) => [name, JSON.stringify(canonicalValue(value))]));
  const given = configuration.properties.filter(({ name, value }) => value !== null && JSON.stringify(canonicalValue(value)) !== defaults.get(name));
  const isSecret = ({ name, confidential, value }: ApiConfiguration['properties'][number]): boolean => confidential || connector.properties[name]?.confidential === true || isGuarded(value);
  const open = given.filter((property) => !isSecret(property));
  const properties: JsonObject = Object.fromEntries(open.map(({ name, value }) => [name, value instanceof IcfArray ? value.items.map(naturalJson) : naturalJson(value)]));
  return {
    kind: 'recording', version: 1, connector: connector.id, key: connector.key, level: connector.traffic === 'http' ? 'http' : 'calls',
    properties: JSON.parse(scrubber.body(JSON.stringify(properties), 'application/json')) as JsonObject, withheld: given.filter(isSecret).map(({ name }) => name),
  };
}

const isGuarded = (value: IcfValue): boolean => value instanceof GuardedString || value instanceof GuardedByteArray;

function confidentialTexts(connector: AnyConnector, { properties }: ApiConfiguration): string[] {
  return properties.filter(({ name, confidential }) => confidential || connector.properties[name]?.confidential === true)
    .flatMap(({ value }) => (value instanceof IcfArray ? [...value.items] : [value]))
    .flatMap((value) => (typeof value === 'string' ? [value] : value instanceof GuardedString ? [value.reveal()] : value instanceof GuardedByteArray ? [Buffer.from(value.reveal()).toString('utf8')] : []));
}

/** Answers in the target's place with a recording; nothing goes over the network. */
export function replayTraffic({ head, lines }: Recording): TargetTraffic {
  const scrubber = new Scrubber();
  const exchanges = lines.filter((line): line is RecordedExchange => line.kind === 'http');
  const replay = new HttpReplay(exchanges, scrubber);
  const calls = lines.filter((line): line is RecordedCall => line.kind === 'call');
  return {
    secrets: (reveal) => { scrubber.learn(reveal()); },
    opening: (connector, configuration) => {
      if (connector.id !== head.connector) throw new CliError(`The recording is of the connector ${head.connector}, not of ${connector.id}.`, EXIT.usage);
      scrubber.learnFields(connector.secretFields ?? []);
      scrubber.learn(confidentialTexts(connector, configuration));
      return head.level === 'http' ? connector : replayedConnector(connector, calls);
    },
    http: async (request) => replay.answer(request),
  };
}
