import { attributeKey, type Attribute, type ConnectorObject, type IcfValue } from '../../protocol/model/index.js';
import type { UpdateType } from '../../protocol/model/index.js';
import type { JsonValue } from '../../protocol/crest/json.js';
import { equalValues } from '../../connectors/framework/index.js';
import { naturalJson } from '../../protocol/provisioner/json-form.js';
import type { Shape } from './object-classes.js';
import { MASK, isConfidential } from './object-json.js';

/** What a write would do to one attribute. */
export interface AttributeChange {
  readonly attribute: string;
  /** Values as they would be shown; masked where nobody may see them. */
  readonly added: readonly JsonValue[];
  readonly removed: readonly JsonValue[];
  /** Values that stay. */
  readonly kept: number;
  /** Secret: what is there now is not known, so it counts as changed. */
  readonly isMasked: boolean;
}

const EXACT = { ignoreCase: false };
const isIn = (values: readonly IcfValue[], value: IcfValue): boolean => values.some((one) => equalValues(one, value, EXACT));

/** Attribute by attribute, what would change; attributes that stay as they are, are left out. `before` undefined: the object is made. */
export function attributeChanges(before: ConnectorObject | undefined, attributes: readonly Attribute[], type: UpdateType, shape: Shape): readonly AttributeChange[] {
  return attributes.flatMap((attribute) => {
    const property = shape.type.byNativeName.get(attributeKey(attribute.name));
    const held = before?.get(attribute.name)?.values ?? [];
    const given = attribute.values ?? [];
    const added = type === 'REMOVE' ? [] : given.filter((value) => !isIn(held, value));
    const removed = type === 'ADD' ? [] : held.filter((value) => (type === 'REMOVE' ? isIn(given, value) : !isIn(given, value)));
    const isMasked = isConfidential(attribute, property);
    if (added.length === 0 && removed.length === 0 && !isMasked) return [];
    const shown = (values: readonly IcfValue[]): readonly JsonValue[] => values.map((value) => (isMasked ? MASK : naturalJson(value)));
    return [{ attribute: property?.name ?? attribute.name, added: shown(added), removed: shown(removed), kept: held.length - removed.length, isMasked }];
  });
}

/** All an object has, as what a delete takes away. */
export function removedAttributes(object: ConnectorObject, shape: Shape): readonly AttributeChange[] {
  return object.attributes.map((attribute) => {
    const property = shape.type.byNativeName.get(attributeKey(attribute.name));
    const isMasked = isConfidential(attribute, property);
    return { attribute: property?.name ?? attribute.name, added: [], removed: (attribute.values ?? []).map((value) => (isMasked ? MASK : naturalJson(value))), kept: 0, isMasked };
  });
}
