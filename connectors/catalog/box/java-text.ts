import { refuse, string, type RestAttribute } from '../../engines/rest/index.js';

/** As Java's Double.toString writes a number from 10^7 on, which is how the Java connector shows sizes: 5.36870912E10. */
export function javaDouble(number: number): string {
  if (Math.abs(number) < 1e7) return Number.isInteger(number) ? `${number}.0` : String(number);
  const [digits = '', exponent = '0'] = number.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
}

/** A number of bytes, shown as text. */
export function sizeText(name: string, more: Parameters<typeof string>[0] = {}): RestAttribute {
  return string({
    ...more,
    read: (object) => {
      const value = object[name];
      return typeof value === 'number' || typeof value === 'bigint' ? javaDouble(Number(value)) : value;
    },
    write: (values) => {
      const given = values?.[0];
      const number = typeof given === 'bigint' || typeof given === 'number' ? Number(given) : typeof given === 'string' && given.trim() !== '' ? Number(given) : NaN;
      return Number.isSafeInteger(number) ? number : refuse(`${name} has to be a whole number of bytes.`);
    },
  });
}

/** A flag, shown as the text true or false. */
export function flagText(name: string, more: Parameters<typeof string>[0] = {}): RestAttribute {
  return string({
    ...more,
    write: (values) => {
      const given = values?.[0];
      return given === true || given === 'true' ? true : given === false || given === 'false' ? false : refuse(`${name} has to be true or false.`);
    },
  });
}
