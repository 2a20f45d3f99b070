import {
  ConnectorObject, IcfArray, NAME, OPTION, UID, attributeKey, type OperationOptions, type SyncDelta,
} from '../../../protocol/model/index.js';

export interface Projection {
  /** What the connector is asked for. */
  readonly options: OperationOptions;
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

/**
 * Attributes-to-get: the caller gets `__UID__`, `__NAME__` and what it asked for, in any case; without the option, what
 * the connector returns by default. `needed` are attributes the facade itself has to see, for the rest of a filter or for
 * sorting: fetched too, and taken away again. (The Java framework takes them away first and then finds no match.)
 */
export function projectionOf(options: OperationOptions, needed: Iterable<string>, enabled: boolean): Projection {
  const asked = options.attributesToGet;
  if (asked === undefined) return { options, project: undefined };
  const askedKeys = new Set([...asked, UID, NAME].map(attributeKey));
  const added = [...needed].filter((name) => !askedKeys.has(attributeKey(name)));
  const fetched = added.length === 0 ? options : options.with(OPTION.attributesToGet, new IcfArray('String', [...asked, ...added]));
  if (enabled) return { options: fetched, project: (object) => keepOnly(askedKeys, object) };
  const addedKeys = new Set(added.map(attributeKey));
  return { options: fetched, project: added.length === 0 ? undefined : (object) => drop(addedKeys, object) };
}

export function projectDelta(delta: SyncDelta, projection: Projection): SyncDelta {
  if (delta.object === undefined || projection.project === undefined) return delta;
  const object = projection.project(delta.object);
  return object === delta.object ? delta : { ...delta, object };
}
