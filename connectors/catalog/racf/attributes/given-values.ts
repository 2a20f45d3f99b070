import { ConnectorError, type IcfValue } from '../../../../protocol/model/index.js';
import { givenValues } from '../../../framework/given-values.js';

export function refuseValue(attribute: string, why: string): never {
  throw new ConnectorError('invalidAttributeValue', `RACF attribute ${attribute} ${why}`, { outcome: 'notApplied' });
}

export const { textsOf, singleText, secretOf, booleanOf } = givenValues(refuseValue);

/** A field of an object value, whatever its case; undefined where it has none. */
export function fieldOf(value: IcfValue, field: string): IcfValue | undefined {
  if (!(value instanceof Map)) return undefined;
  return [...value].find(([key]) => typeof key === 'string' && key.toUpperCase() === field)?.[1];
}
