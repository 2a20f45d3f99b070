import { ALL, ConnectorError } from '../../../../protocol/model/index.js';
import type { MongoConfig } from '../config.js';
import { classTarget, mappedCollections, type MappedCollection } from '../object-classes.js';

/** The collections whose changes are asked for, each with the object class of its objects. */
export function syncScope(config: MongoConfig, objectClass: string): readonly MappedCollection[] {
  if (objectClass === ALL) return mappedCollections(config);
  const target = classTarget(config, objectClass);
  if (target.kind !== 'document') throw new ConnectorError('unsupportedOperation', 'MongoDB keeps no record of changes to users and roles: set snapshotSync.');
  return [{ objectClass, collection: target.collection }];
}
