import { ConnectorError, attributeKey } from '../../../../protocol/model/index.js';
import type { RestAttributes } from '../attributes.js';
import { filteredAttributes } from './list-filters.js';
import type { NativeFilters } from './native-filters.js';

const NOBODYS = ['NOT_CREATABLE', 'NOT_UPDATEABLE', 'NOT_READABLE'] as const;

/**
 * Filters of a class that has attributes for filters only (`string({ readOnly: true, writeOnly: true })`): objects do not have them, so that
 * nobody but the service can compare them. What of them `own` leaves to the facade is refused with `invalidAttributeValue`, where it would find nothing.
 */
export function withFilterOnly(table: RestAttributes, own: NativeFilters): NativeFilters {
  const only = new Map(Object.entries(table).filter(([, { flags }]) => NOBODYS.every((flag) => flags.includes(flag))).map(([name, { notes }]) => [attributeKey(name), { name, notes }] as const));
  return {
    ...own,
    split(filter) {
      const split = own.split(filter);
      const left = split.residual === undefined ? [] : filteredAttributes(split.residual);
      const found = left.map((name) => only.get(attributeKey(name))).find((one) => one !== undefined);
      if (found === undefined) return split;
      throw new ConnectorError('invalidAttributeValue', `${found.name} is for filters only${found.notes === undefined ? '' : ` (${found.notes})`}, and the service does not evaluate this one: compare it with one text, alone or joined by And.`, { outcome: 'notApplied' });
    },
  };
}
