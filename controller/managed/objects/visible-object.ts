import type { Fields } from '../../crest/projection.js';
import type { Resource } from '../../crest/request.js';
import type { ManagedType } from '../configuration/managed-type.js';
import type { StoredObject } from '../store/managed-store.js';

/** Asks for every relationship. */
const ALL_RELATIONSHIPS = '*_ref';

/** What a caller of the REST API sees: nothing private, and what is hidden only if it is asked for by its name. */
export function visibleObject(type: ManagedType, { id, revision, content }: StoredObject, fields: Fields): Resource {
  const asked = new Set(fields.map(([first]) => first));
  const shown = Object.entries(content).filter(([name]) => {
    const property = type.properties.get(name);
    return property === undefined || (!property.isPrivate && (!property.isHiddenByDefault || asked.has(name) || asked.has(ALL_RELATIONSHIPS)));
  });
  return { id, revision, content: Object.fromEntries(shown) };
}
