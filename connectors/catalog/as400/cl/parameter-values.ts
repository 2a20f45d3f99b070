import { ConnectorError } from '../../../../protocol/model/index.js';
import { folded } from '../../../framework/given-values.js';

/**
 * Turns the text of one value into a CL parameter's value. A special value or name stands as it is and has to look like one;
 * everything else stands between apostrophes, each apostrophe in it doubled ("CL character values", IBM i CL reference:
 * https://www.ibm.com/docs/en/i/7.5?topic=values-character-string). Throws `invalidAttributeValue`.
 */
export type ParameterValue = (value: string, attribute: string) => string;

export function refuseValue(attribute: string, why: string): never {
  throw new ConnectorError('invalidAttributeValue', `IBM i attribute ${attribute} ${why}`, { outcome: 'notApplied' });
}

const SPECIAL = /^\*[A-Z][A-Z0-9]{0,9}$/;
const NAME = /^[A-Z#$@][A-Z0-9#$@_.]{0,9}$/;
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/** Any text between apostrophes, control characters excepted; case is kept. */
export function quotedText(value: string, attribute: string, longest: number): string {
  if (CONTROL.test(value)) refuseValue(attribute, 'has a control character.');
  if (value.length > longest) refuseValue(attribute, `has ${value.length} characters: give ${longest} at most.`);
  return `'${value.replaceAll("'", "''")}'`;
}

/** Text; `special` values, such as *BLANK, stand for themselves. */
export function text(longest: number, ...special: readonly string[]): ParameterValue {
  return (value, attribute) => (special.includes(folded(value)) ? folded(value) : quotedText(value, attribute, longest));
}

/** A name of 1 to 10 characters, or a special value of the parameter, such as *SYSVAL. */
export const name: ParameterValue = (value, attribute) => {
  const given = folded(value);
  return SPECIAL.test(given) || NAME.test(given) ? given : refuseValue(attribute, `is "${value}": give a name of up to 10 letters, digits, #, $, @, _ or ., or a special value such as *NONE.`);
};

/** One of a parameter's special values, with or without the asterisk. */
export function oneOf(...words: readonly string[]): ParameterValue {
  return (value, attribute) => {
    const given = folded(value).replace(/^\*?/, '*');
    return words.includes(given) ? given : refuseValue(attribute, `is "${value}": use ${words.join(', ')}.`);
  };
}

/** A whole number, or one of the special values. */
export function number(least: number, most: number, ...special: readonly string[]): ParameterValue {
  return (value, attribute) => {
    const given = folded(value);
    if (special.includes(given)) return given;
    const wanted = Number(given);
    if (!/^\d{1,19}$/.test(given) || wanted < least || wanted > most) refuseValue(attribute, `is "${value}": give a whole number from ${least} to ${most}${special.length === 0 ? '' : `, or ${special.join(', ')}`}.`);
    return String(BigInt(given));
  };
}

const OBJECT_PATH = /^\/QSYS\.LIB\/(?:(%?[A-Z0-9#$@_.]{1,10}%?)\.LIB\/)?([A-Z0-9#$@_.]{1,10})\.[A-Z]{1,7}$/;

/** An object: special value, `NAME`, `LIBRARY/NAME`, or the path the attribute is returned as, `/QSYS.LIB/QGPL.LIB/QDFTJOBD.JOBD`. */
export const object: ParameterValue = (value, attribute) => {
  const given = folded(value);
  const path = OBJECT_PATH.exec(given);
  if (path !== null) return qualified((path[1] ?? 'QSYS').replace(/^%(.+)%$/, '*$1'), path[2] ?? '', attribute);
  const [first = '', second, ...more] = given.split('/');
  if (more.length > 0) refuseValue(attribute, `is "${value}": give NAME, LIBRARY/NAME or a path under /QSYS.LIB.`);
  return second === undefined ? name(first, attribute) : qualified(first, second, attribute);
};

function qualified(library: string, objectName: string, attribute: string): string {
  return `${name(library, attribute)}/${name(objectName, attribute)}`;
}

/** A path of the integrated file system, or a special value. */
export function path(...special: readonly string[]): ParameterValue {
  return (value, attribute) => {
    if (special.includes(folded(value))) return folded(value);
    return value.startsWith('/') ? quotedText(value, attribute, 1024) : refuseValue(attribute, `is "${value}": give a path from the root on, or ${special.join(', ')}.`);
  };
}

const isDay = (month: string, day: string): boolean => Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= 31;
const isYearOfMdy = (year: string): boolean => year.length === 2 || (Number(year) >= 1940 && Number(year) <= 2039);

/**
 * MM/DD/YY, as it is returned, MM/DD/YYYY or an ISO date; or a special value. The job's date format is *MDY, whose years are 1940 to 2039: what
 * is later would become another date.
 */
export function date(...special: readonly string[]): ParameterValue {
  return (value, attribute) => {
    const given = folded(value);
    if (special.includes(given)) return given;
    const iso = /^(\d{4})-(\d{2})-(\d{2})(?:T.*)?$/.exec(given);
    const [, month = '', day = '', year = ''] = iso === null ? /^(\d{2})\/(\d{2})\/(\d{2}|\d{4})$/.exec(given) ?? [] : ['', iso[2], iso[3], iso[1]];
    if (!isDay(month, day)) refuseValue(attribute, `is "${value}": give a date as MM/DD/YY, or ${special.join(', ')}.`);
    if (!isYearOfMdy(year)) refuseValue(attribute, `is "${value}": the IBM i takes years from 1940 to 2039 here. Give *NONE for a date that never comes.`);
    return `'${month}/${day}/${year.slice(-2)}'`;
  };
}

/** The items of one text, separated by blanks or commas. */
export function listOf(item: ParameterValue): ParameterValue {
  return (value, attribute) => {
    const items = value.split(/[\s,]+/).filter((part) => part !== '');
    if (items.length === 0) refuseValue(attribute, 'is empty: give a value, or null to set what it is by default.');
    return items.map((part) => item(part, attribute)).join(' ');
  };
}
