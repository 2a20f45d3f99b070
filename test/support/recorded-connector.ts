import { readRecording } from '../../agent/desk/recording/recording-file.js';
import { replayTraffic } from '../../agent/desk/recording/recording-traffic.js';
import { SCRUBBED } from '../../agent/desk/recording/scrubber.js';
import { connectorInfo, createFacade, type AnyConnector, type FacadeHandle } from '../../connectors/framework/index.js';
import type { JsonObject } from '../../protocol/crest/json.js';
import { configureConnector } from '../../protocol/provisioner/configure-connector.js';
import { connectorParts } from '../../protocol/provisioner/provisioner-source.js';

/**
 * A connector that answers from a recording (`causeway connectors … --record FILE`): nothing goes over the network, what was not
 * recorded fails and says what differs. The configuration is the recording's, with placeholders for secrets; `properties` win.
 * The caller disposes of it.
 */
export async function recordedConnector(connector: AnyConnector, file: string, stateRoot: string, properties: JsonObject = {}): Promise<FacadeHandle> {
  const recording = await readRecording(file);
  const { head } = recording;
  const secrets = Object.fromEntries(head.withheld.map((name) => [name, SCRUBBED]));
  const parts = connectorParts.parse({ connectorRef: { ...head.key }, configurationProperties: { ...head.properties, ...secrets, ...properties } });
  const configuration = configureConnector(connectorInfo(connector), parts, () => undefined);
  const quiet = (): void => undefined;
  return createFacade(connector, configuration, { log: { debug: quiet, info: quiet, warn: quiet, error: quiet }, stateRoot, traffic: replayTraffic(recording) });
}
