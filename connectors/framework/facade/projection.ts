import {
  ConnectorObject, IcfArray, NAME, OPTION, UID, attributeKey, type OperationOptions, type SyncDelta,
} from '../../../protocol/model/index.js';
import type { DescribedObjectClass } from '../spi.js';

export interface Projection {
  /** What the connector is asked for. */
  readonly options: OperationOptions;
  /** As {@link SearchRequest.besides}. */
  readonly besides: readonly string[] | undefined;
  /** What the caller gets of what the connector gave; undefined: all of it. */
  readonly project: ((object: ConnectorObject) => ConnectorObject) | undefined;
}

function keepOnly(keys: ReadonlySet<string>, object: ConnectorObject): ConnectorObject {
  const kept = object.attributes.filter((attribute) => attribute === object.uid || attribute === object.name || keys.has(attributeKey(attribute.name)));
  return kept.length === object.attributes.length ? object : new ConnectorObject(object.objectClass, kept);
}

function drop(keys: ReadonlySet<string>, object: ConnectorObject): ConnectorObject {
  return new ConnectorObject(object.objectClass, object.attributes.filter((attribute) => !keys.has(attributeKey(attribute.name))));
}

/** Attributes of a class that are given only to who asks for them, by their keys. */
export function givenOnRequest(classes: readonly DescribedObjectClass[], objectClass: string): ReadonlySet<string> {
  const described = classes.find(({ name, aliases }) => [name, ...aliases].some((each) => each.toLowerCase() === objectClass.toLowerCase()));
  return new Set((described?.attributes ?? []).filter(({ flags }) => flags.includes('NOT_RETURNED_BY_DEFAULT')).map(({ name }) => attributeKey(name)));
}

/**
 * Attributes-to-get: the caller gets `__UID__`, `__NAME__` and what it asked for, in any case; without the option, what
 * the connector returns by default. `needed` are attributes the facade itself has to see, for the rest of a filter or for
 * sorting: fetched too, and taken away again; `onRequest`: keys of those among them that are not returned by default. (The Java framework
 * asks the connector for what the caller asked for and no more, takes the rest away first and then finds no match:
 * SearchImpl.search and FilteredResultsHandler of OpenICF's connector-framework-internal.)
 */
export function projectionOf(options: OperationOptions, needed: Iterable<string>, enabled: boolean, onRequest: ReadonlySet<string> = new Set()): Projection {
  const asked = options.attributesToGet;
  if (asked === undefined) {
    const besides = [...needed].filter((name) => onRequest.has(attributeKey(name)));
    const keys = new Set(besides.map(attributeKey));
    return besides.length === 0 ? { options, besides: undefined, project: undefined } : { options, besides, project: (object) => drop(keys, object) };
  }
  const askedKeys = new Set([...asked, UID, NAME].map(attributeKey));
  const added = [...needed].filter((name) => !askedKeys.has(attributeKey(name)));
  const fetched = added.length === 0 ? options : options.with(OPTION.attributesToGet, new IcfArray('String', [...asked, ...added]));
  if (enabled) return { options: fetched, besides: undefined, project: (object) => keepOnly(askedKeys, object) };
  const addedKeys = new Set(added.map(attributeKey));
  return { options: fetched, besides: undefined, project: added.length === 0 ? undefined : (object) => drop(addedKeys, object) };
}

export function projectDelta(delta: SyncDelta, projection: Projection): SyncDelta {
  if (delta.object === undefined || projection.project === undefined) return delta;
  const object = projection.project(delta.object);
  return object === delta.object ? delta : { ...delta, object };
}
