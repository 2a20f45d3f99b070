import { connectorIds } from '../../connectors/registry.js';
import { isObject, type JsonObject } from '../../controller/crest/json.js';
import { parseConnectorKey, type ConnectorKey } from './shown-connector.js';
import { specificationOf } from '../contract/specification.js';
import { LDAP_REF } from '../support/provisioners.js';
import type { CurlSample } from './curl-samples.js';
import { placeOf } from './sample-place.js';
import { shownObjects } from './shown-answer.js';

/** Samples of one section of the seed: of a connector of the catalog, or of one that is not there. */
export interface SampleGroup {
  readonly id: string;
  readonly isInCatalog: boolean;
  /** As the section's test shows it; undefined where it shows none. */
  readonly key: ConnectorKey | undefined;
  readonly displayName: string | undefined;
  readonly samples: readonly CurlSample[];
}

/** By the sections that specifications were made from, the others by the system they name. */
export async function sampleGroups(samples: readonly CurlSample[]): Promise<readonly SampleGroup[]> {
  const sections = await Promise.all(connectorIds.filter((id) => id !== 'scripted-groovy-poolable').map(async (id) => ({ id, lines: (await specificationOf(id)).seed.lines })));
  const groups = new Map<string, { readonly isInCatalog: boolean; readonly samples: CurlSample[] }>();
  let last = '';
  for (const sample of samples) {
    const section = sections.find(({ lines: [from, to] }) => sample.line >= from && sample.line <= to);
    last = section?.id ?? (placeOf(sample).system ?? shownName(sample))?.toLowerCase() ?? last;
    const group = groups.get(last) ?? { isInCatalog: section !== undefined, samples: [] };
    groups.set(last, group);
    group.samples.push(sample);
  }
  return [...groups].map(([id, group]) => ({ id, ...group, ...shownConnector(id, group.samples) }));
}

const statusOf = ({ shown }: CurlSample): JsonObject | undefined => (shown === undefined ? undefined : shownObjects(shown).find(({ connectorRef }) => isObject(connectorRef)));

function shownName(sample: CurlSample): string | undefined {
  const name = statusOf(sample)?.['name'];
  return typeof name === 'string' ? name : undefined;
}

function shownConnector(id: string, samples: readonly CurlSample[]): { readonly key: ConnectorKey | undefined; readonly displayName: string | undefined } {
  const status = samples.map(statusOf).find((each) => each !== undefined);
  const reference = status?.['connectorRef'] ?? (id === 'ldap' ? LDAP_REF : undefined);
  return { key: isObject(reference) ? parseConnectorKey(reference) : undefined, displayName: typeof status?.['displayName'] === 'string' ? status['displayName'] : undefined };
}
