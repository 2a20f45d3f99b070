import { isObject, type JsonObject, type JsonValue } from '../../../controller/crest/json.js';
import type { AnyConnector } from '../../../connectors/framework/index.js';
import { connectorKeyText } from '../../../protocol/model/index.js';
import type { CurlSample } from '../curl-samples.js';
import type { SampleGroup } from '../sample-groups.js';
import { placeOf } from '../sample-place.js';
import type { SampledService } from '../sampled-service.js';
import { shownObjects } from '../shown-answer.js';
import { sampleClasses, bodyOf } from './sample-classes.js';
import { StandInStore, standInConnector } from './stand-in-connector.js';

export interface StandIns {
  readonly connectors: readonly AnyConnector[];
  /** By the groups' ids. */
  readonly services: Readonly<Record<string, SampledService>>;
}

/** A connector for each key the groups show; groups that share a key share its objects. */
export function standInsFor(groups: readonly SampleGroup[]): StandIns {
  const shared = new Map<string, SampleGroup[]>();
  for (const group of groups) if (group.key !== undefined) shared.set(connectorKeyText(group.key), [...shared.get(connectorKeyText(group.key)) ?? [], group]);
  const services: Record<string, SampledService> = {};
  const connectors = [...shared.values()].map((sharing) => {
    const { key, displayName = 'Stand-in' } = sharing[0]!;
    const store = new StandInStore();
    for (const { id, samples } of sharing) services[id] = { configurationProperties: {}, replaced: new Map(), agent: 'in-process', prepare: (sample) => prepare(store, sample, samples), stop: async () => undefined };
    return standInConnector(key!, displayName, sampleClasses(sharing.flatMap(({ samples }) => samples)), store);
  });
  return { connectors, services };
}

/** What a sample addresses is there, and what it creates is not, and gets the id that its answer shows. */
function prepare(store: StandInStore, sample: CurlSample, samples: readonly CurlSample[]): void {
  const { type, id } = placeOf(sample);
  if (type === undefined) return;
  const shown = objectsOf(sample);
  if (id !== undefined) store.prepare(type, id, shown[0] ?? {});
  else if (sample.method === 'POST') makeRoom(store, type, [bodyOf(sample)].flat().filter(isObject)[0]?.['__NAME__'], shown[0]?.['_id']);
  else {
    const known = shown.length > 0 ? shown : samples.filter((other) => placeOf(other).type === type).flatMap(objectsOf);
    for (const object of known) if (typeof object['_id'] === 'string') store.prepare(type, object['_id'], object);
  }
}

function makeRoom(store: StandInStore, type: string, name: JsonValue | undefined, uid: JsonValue | undefined): void {
  for (const former of [name, uid]) if (typeof former === 'string') store.of(type).delete(former);
  store.nextUid = typeof uid === 'string' ? uid : undefined;
}

const objectsOf = ({ shown }: CurlSample): readonly JsonObject[] => (shown === undefined ? [] : shownObjects(shown));
