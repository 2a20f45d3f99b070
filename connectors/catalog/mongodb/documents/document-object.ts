import type { Document } from 'mongodb';
import { Attribute, ConnectorObject, IcfBigDecimal, IcfDouble, Name, Uid, attributeKey, type IcfValue } from '../../../../protocol/model/index.js';
import type { Driver } from '../connection/driver.js';
import type { DatabaseSession } from '../connection/mongo-session.js';
import { uidText } from '../values/document-id.js';
import { ID } from './fields.js';

/** A document as an object: `_id` is its uid, the field ICFName says its name, or else the uid; null is no attribute. */
export function documentObject({ driver, config, reader }: DatabaseSession, objectClass: string, document: Document): ConnectorObject {
  const uid = uidText(driver, document[ID]);
  const attributes: Attribute[] = [new Uid(uid), new Name(config.ICFName === ID ? uid : nameText(reader.read(document[config.ICFName])) ?? uid)];
  const seen = new Set<string>();
  for (const [field, value] of Object.entries(document)) {
    const key = attributeKey(field);
    if (field === ID || field === config.ICFName || value === null || value === undefined || field.trim() === '' || field.startsWith('__') || seen.has(key)) continue;
    seen.add(key);
    attributes.push(new Attribute(field, Array.isArray(value) ? value.map((item) => itemValue(driver, item, reader.read(item))) : [reader.read(value)]));
  }
  return new ConnectorObject(objectClass, attributes);
}

/** ICF has no list within a list: such a one is given as Extended JSON. */
function itemValue(driver: Driver, item: unknown, read: IcfValue): IcfValue {
  return Array.isArray(item) ? driver.BSON.EJSON.stringify(item, { relaxed: true }) : read;
}

/** Numbers count as names; a list or a document does not. */
function nameText(value: IcfValue): string | undefined {
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (value instanceof IcfDouble) return String(value.value);
  if (value instanceof IcfBigDecimal) return value.toString();
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}
