import { ConnectorError, attributeKey, type Attribute } from '../../../protocol/model/index.js';
import { canonicalValue } from '../../framework/canonical.js';
import type { Written } from './definition.js';

type Check = (written: Written) => void;

/** Attributes that are one field at the service, by groups of their names; for `RestObjectClass.check`. */
function refusing(fields: readonly (readonly string[])[], isRefused: (given: readonly Attribute[]) => boolean, why: string): Check {
  const groups = fields.map((names) => new Set(names.map(attributeKey)));
  return ({ attributes }) => {
    for (const group of groups) {
      const given = attributes.filter(({ name }) => group.has(attributeKey(name)));
      if (isRefused(given)) throw new ConnectorError('invalidAttributeValue', `${given.map(({ name }) => name).join(' and ')} are one field at the service${why}. Give one of them.`, { outcome: 'notApplied' });
    }
  };
}

const valuesOf = ({ values }: Attribute): string => JSON.stringify(values?.map(canonicalValue) ?? null);

/** Different values of one field: nobody could tell which is meant. */
export function refuseDifferent(...fields: readonly (readonly string[])[]): Check {
  return refusing(fields, (given) => new Set(given.map(valuesOf)).size > 1, ', and were given different values');
}

/** Attributes that exclude each other, whatever they hold. */
export function refuseTogether(...fields: readonly (readonly string[])[]): Check {
  return refusing(fields, (given) => given.length > 1, ' and exclude each other');
}
