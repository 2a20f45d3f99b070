import { isObject, type JsonObject, type JsonValue } from '../../crest/json.js';

/** The relationships that a property is, lists, or holds, as their schemas say them. */
export function relationshipsIn(schema: JsonValue | undefined): readonly JsonObject[] {
  if (!isObject(schema)) return [];
  const { type, items, properties } = schema;
  if (type === 'relationship' || (Array.isArray(type) && type.includes('relationship'))) return [schema];
  return [...relationshipsIn(items), ...(isObject(properties) ? Object.values(properties).flatMap(relationshipsIn) : [])];
}

/** What is not done about them, with what the schema asks for. */
export function relationshipWarning(relationships: readonly JsonObject[]): string {
  const ends = new Set(relationships.flatMap(otherEnds));
  return `relationships are not supported: they are stored as they are sent, what they refer to is not checked, and nothing is set at their other end${ends.size === 0 ? '' : ` (${[...ends].join(', ')})`}`;
}

/** `reports of managed/user` */
function otherEnds({ resourceCollection, reversePropertyName }: JsonObject): readonly string[] {
  const collections = Array.isArray(resourceCollection) ? resourceCollection : [];
  return collections.flatMap((collection) => {
    const path = isObject(collection) ? collection['path'] : undefined;
    if (typeof path !== 'string') return [];
    return [typeof reversePropertyName === 'string' && reversePropertyName !== '' ? `${reversePropertyName} of ${path}` : path];
  });
}
