import { NAME, UID, attributeKey, type ConnectorObject, type IcfValue } from '../../../protocol/model/index.js';

const IDENTIFIERS: ReadonlySet<string> = new Set([UID, NAME].map(attributeKey));

/** An object as scripts see it: `{objectClass, uid, revision, name, attributes: {mail: ["a@example.com"]}}`. */
export function scriptObject(object: ConnectorObject): Map<IcfValue, IcfValue> {
  const attributes = new Map<IcfValue, IcfValue>();
  for (const { name, values } of object.attributes) if (!IDENTIFIERS.has(attributeKey(name))) attributes.set(name, values === null ? null : [...values]);
  return new Map<IcfValue, IcfValue>([
    ['objectClass', object.objectClass], ['uid', object.uid.value], ['revision', object.uid.revision ?? null], ['name', object.name.value], ['attributes', attributes],
  ]);
}
