import { NAME, attributeInfo, attributeKey, type AttributeInfo } from '../../../../protocol/model/index.js';
import type { DatabaseSession } from '../connection/mongo-session.js';
import { bsonType, isUuid } from '../values/document-id.js';
import { sampleDocuments } from './field-names.js';
import { ID } from './fields.js';

const TYPES: Readonly<Record<string, string>> = { Int32: 'Integer', Long: 'Long', Double: 'Double', Decimal128: 'BigDecimal', Binary: 'byte[]' };

/** The ICF type a value is read as. */
function typeOf(value: unknown): string {
  if (typeof value === 'boolean') return 'Boolean';
  const type = bsonType(value);
  if (type !== undefined) return isUuid(value) ? 'String' : TYPES[type] ?? 'String';
  return typeof value === 'object' && value !== null && !(value instanceof Date) && !(value instanceof RegExp) ? 'Map' : 'String';
}

interface SeenField { readonly name: string; readonly types: Set<string>; multivalued: boolean }

function note(field: SeenField, value: unknown): void {
  if (Array.isArray(value)) field.multivalued = true;
  for (const item of Array.isArray(value) ? value as unknown[] : [value]) if (item !== null) field.types.add(typeOf(item));
}

/**
 * A collection has no schema of its own: attributes are the fields of some of its oldest and newest documents, and those
 * `dateAttributes` and `arrayAttributes` name. A field of several types is text.
 */
export async function documentAttributes(session: DatabaseSession, collection: string, signal: AbortSignal): Promise<readonly AttributeInfo[]> {
  const { ICFName, dateAttributes, arrayAttributes } = session.config;
  const seen = new Map<string, SeenField>();
  const fieldOf = (name: string): SeenField => {
    const known = seen.get(attributeKey(name)) ?? { name, types: new Set<string>(), multivalued: false };
    seen.set(attributeKey(name), known);
    return known;
  };
  for (const document of await sampleDocuments(session, collection, signal, false)) {
    for (const [name, value] of Object.entries(document)) {
      if (name !== ID && name !== ICFName && name.trim() !== '' && !name.startsWith('__') && value !== null) note(fieldOf(name), value);
    }
  }
  for (const name of dateAttributes) fieldOf(name).types.add('String');
  for (const name of arrayAttributes) fieldOf(name).multivalued = true;
  const attributes = [...seen.values()].map(({ name, types, multivalued }) => attributeInfo(name, types.size === 1 ? [...types][0] : 'String', ...(multivalued ? ['MULTIVALUED' as const] : [])));
  return [attributeInfo(NAME, 'String', 'REQUIRED'), ...attributes];
}
