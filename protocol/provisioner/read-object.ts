import type { Attribute, ConnectorObject, IcfValue } from '../model/index.js';
import { attributeKey } from '../model/index.js';
import { setKey, type JsonObject, type JsonValue } from '../crest/json.js';
import type { Resource } from '../crest/resource.js';
import { ResourceError } from '../crest/resource-error.js';
import { FormError, jsonInForm, naturalJson } from './json-form.js';
import type { ObjectType, PropertyType } from './object-type.js';

/**
 * ConnectorObject → resource. Attributes that the type does not name are dropped; `_id` is the uid. Throws 500 for a
 * value that the declared type cannot hold, naming object and property.
 */
export function toResource(type: ObjectType, object: ConnectorObject): Resource {
  const content: JsonObject = {};
  for (const attribute of object.attributes) {
    const property = type.byNativeName.get(attributeKey(attribute.name));
    if (property?.isReadable === true) setKey(content, property.name, propertyJson(property, attribute, object.uid.value));
  }
  return { id: object.uid.value, revision: object.uid.revision, content };
}

function propertyJson(property: PropertyType, attribute: Attribute, uid: string): JsonValue {
  const { values } = attribute;
  try {
    if (property.isMultivalued) return values === null ? null : values.map((value) => elementJson(property, value));
    if (values === null || values.length === 0) return null;
    if (values.length > 1) throw new FormError(`it has ${values.length} values where the type says one; declare it as array`);
    return jsonInForm(property.jsonType, values[0] ?? null);
  } catch (error) {
    if (!(error instanceof FormError)) throw error;
    throw new ResourceError(500, `Failed to read property ${property.name} of ${uid}: ${error.message}`);
  }
}

function elementJson(property: PropertyType, value: IcfValue): JsonValue {
  return property.jsonType === 'any' ? naturalJson(value) : jsonInForm(property.jsonType, value);
}
