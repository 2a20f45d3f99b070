import { ALL } from '../../../protocol/model/index.js';
import type { JsonObject } from '../../crest/json.js';
import { referenceJson, type System } from '../../systems/system.js';

/** What is known of a system without asking its target anything. */
export function systemDocument(system: System): JsonObject & { readonly _id: string } {
  const found = system.connector?.search();
  const hosts = found !== undefined && 'offers' in found ? found.offers.map(({ host }) => host.name) : [];
  return {
    _id: system.name, name: system.name, file: system.fileName, enabled: system.isEnabled,
    connectorRef: system.setup === undefined ? null : referenceJson(system.setup.source),
    displayName: system.displayName ?? null, hosts,
    objectTypes: system.setup === undefined ? [] : [...system.setup.types.keys()].filter((name) => name !== ALL),
    problem: system.error ?? (found !== undefined && 'missing' in found ? found.missing : null),
  };
}
