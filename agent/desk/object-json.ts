import { GuardedByteArray, GuardedString, IcfArray, NAME, UID, attributeKey, type Attribute, type ConnectorObject, type IcfValue } from '../../protocol/model/index.js';
import { setKey, type JsonObject, type JsonValue } from '../../protocol/crest/json.js';
import { FormError, jsonInForm, naturalJson } from '../../protocol/provisioner/json-form.js';
import type { PropertyType } from '../../protocol/provisioner/object-type.js';
import type { Shape } from './object-classes.js';
import { isSecretName } from './secret-names.js';

export const MASK = '********';

const GUARDED: ReadonlySet<string> = new Set(['GuardedString', 'GuardedByteArray']);

/** Whether values of the attribute are for nobody's eyes: by type, by name, or by what the system file says. */
export function isConfidential({ name, values }: Pick<Attribute, 'name' | 'values'>, property: PropertyType | undefined): boolean {
  const isGuarded = (value: IcfValue): boolean => value instanceof GuardedString || value instanceof GuardedByteArray || (value instanceof IcfArray && value.items.some(isGuarded));
  return isSecretName(name) || (property !== undefined && (GUARDED.has(property.nativeType) || isSecretName(property.name))) || (values ?? []).some(isGuarded);
}

/** An object as a client of IDM would get it, but that secrets are masked. `_id` is the uid. */
export function objectJson(object: ConnectorObject, shape: Shape): JsonObject {
  const json: JsonObject = { _id: object.uid.value };
  if (object.uid.revision !== undefined) setKey(json, '_rev', object.uid.revision);
  for (const attribute of object.attributes) {
    const property = shape.type.byNativeName.get(attributeKey(attribute.name));
    if (attribute.is(UID) && property === undefined) continue;
    if (property === undefined && shape.isOfFile) continue;
    setKey(json, property?.name ?? attribute.name, attributeJson(attribute, property));
  }
  return json;
}

export function attributeJson(attribute: Attribute, property: PropertyType | undefined): JsonValue {
  const { values } = attribute;
  if (values === null) return null;
  if (isConfidential(attribute, property)) return values.length === 0 ? null : MASK;
  const each = values.map((value) => valueJson(value, property));
  const isList = property?.isMultivalued ?? values.length !== 1;
  return isList || values.length > 1 ? each : each[0] ?? null;
}

/** A value that its declared type cannot hold is shown as it is: to see that is what the desk is for. */
function valueJson(value: IcfValue, property: PropertyType | undefined): JsonValue {
  if (property === undefined || property.jsonType === 'any') return naturalJson(value);
  try {
    return jsonInForm(property.jsonType, value);
  } catch (error) {
    if (error instanceof FormError) return naturalJson(value);
    throw error;
  }
}

export function nameOf(object: ConnectorObject): string {
  return object.attributes.some((attribute) => attribute.is(NAME)) ? object.name.value : object.uid.value;
}
