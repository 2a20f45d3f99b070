import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { connectorInfo, createFacade, type AnyConnector } from '../../connectors/framework/index.js';
import type { JsonObject } from '../../controller/crest/json.js';
import { configureConnector } from '../../controller/systems/configure-connector.js';
import { propertySource, substituteProperties } from '../../controller/systems/property-references.js';
import { connectorParts } from '../../controller/systems/provisioner-source.js';
import { calling } from './memory-facade.js';
import { recordedLog } from './quiet-log.js';

interface Surroundings {
  /** What references to properties stand for. */
  readonly properties?: ReadonlyMap<string, string>;
  /** Folders the agent runs scripts from. */
  readonly scriptRoots?: readonly string[];
}

/**
 * Takes `configurationProperties` of a provisioner file as controller and agent take them: substituted, typed, read and validated.
 * Answers what was ignored or warned of; throws what it is refused with.
 */
export async function complaints(connector: AnyConnector, configurationProperties: JsonObject, { properties = new Map(), scriptRoots = [] }: Surroundings = {}): Promise<readonly string[]> {
  const given = substituteProperties(configurationProperties, propertySource(properties, {}));
  const parts = connectorParts.parse({ connectorRef: { ...connector.key }, configurationProperties: given });
  const ignored: string[] = [];
  const log = recordedLog();
  const facade = createFacade(connector, configureConnector(connectorInfo(connector), parts, (what) => ignored.push(what)), {
    log, stateRoot: join(tmpdir(), 'causeway-unused'), scripts: async () => ({ folders: scriptRoots, run: () => Promise.reject(new Error('Validation runs no script.')) }),
  });
  try {
    await facade.perform({ kind: 'validate' }, calling());
  } finally {
    await facade.dispose();
  }
  return [...ignored, ...log.at('warn'), ...log.at('error')];
}
