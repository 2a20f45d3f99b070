import { IcfDouble, IcfFloat } from '../../../protocol/model/index.js';
import { integer, long, type PropertyDefinition } from '../../framework/properties.js';

/** Provisioner files have numbers as texts, too, which Java's configuration takes; one without a digit is one that is not set. */
function numberText<T>(property: PropertyDefinition<T>): PropertyDefinition<T> {
  return {
    ...property,
    read: (value) => {
      if (typeof value !== 'string') return property.read(value);
      const text = value.trim();
      return property.read(text === '' ? property.default as number | null : /^-?\d{1,15}$/.test(text) ? Number(text) : value);
    },
  };
}

/** `int` that may be given as a text. */
export const givenInteger = ((options) => numberText(integer(options))) as typeof integer;

/** Java's `Integer`: as `int`, but may be left out. */
export const boxedInteger = ((options) => ({ ...numberText(integer(options)), type: 'Integer' })) as typeof integer;

/** Java's `Long`. */
export const boxedLong = ((options) => ({ ...numberText(long(options)), type: 'Long' })) as typeof long;

/** Java's `double`, which may be given as a text. */
export function givenDouble({ default: usual, help }: { readonly default: number; readonly help: string }): PropertyDefinition<number> {
  const read: PropertyDefinition<number>['read'] = (value) => {
    const given = value instanceof IcfDouble || value instanceof IcfFloat ? value.value : typeof value === 'string' ? value.trim() : value;
    const number = given === null || given === '' ? usual : typeof given === 'string' || typeof given === 'number' || typeof given === 'bigint' ? Number(given) : NaN;
    if (!Number.isFinite(number)) throw new TypeError('expected a number');
    return number;
  };
  return { ...long({ help }), type: 'double', default: usual, read };
}
