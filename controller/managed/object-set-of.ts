import { badRequest } from '../crest/resource-error.js';
import { systemObjectSet, type ObjectSet } from '../reconciliation/object-set.js';
import type { SystemRegistry } from '../systems/system-registry.js';
import { managedObjectSet, type MappingIdentity } from './managed-object-set.js';
import type { ManagedObjects } from './objects/managed-objects.js';

export interface ObjectSetPlaces {
  readonly registry: SystemRegistry;
  /** Asked for when it is needed: managed objects tell their changes to those who use this. */
  readonly managed: () => ManagedObjects;
}

/** The object set of `system/<name>/<type>` or `managed/<type>`. Throws 400 for any other name; whether it is there shows when it is used. */
export function objectSetOf(name: string, { registry, managed }: ObjectSetPlaces, identity: MappingIdentity): ObjectSet {
  const [collection, ...rest] = name.split('/');
  if (collection === 'managed' && rest.length === 1 && rest[0] !== '') return managedObjectSet(name, managed(), identity);
  if (collection === 'system' && rest.length === 2) return systemObjectSet(name, registry, identity);
  throw badRequest(`${name} is no object set; there are system/<name>/<type> and managed/<type>`);
}
