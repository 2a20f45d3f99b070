import { folded } from '../../../framework/given-values.js';
import { refuseValue } from './given-values.js';

/**
 * Turns the text of one value into what stands between the parentheses of a TSO operand. Everything that comes from outside
 * goes through one of these: a value either has the plain form of its kind, or stands between apostrophes, each apostrophe
 * in it doubled (z/OS TSO/E Command Reference, "Coding TSO/E commands"). Throws `invalidAttributeValue`.
 */
export type OperandValue = (value: string, attribute: string) => string;

/** What EBCDIC code page 1047 has besides control characters: Latin-1. Anything else would arrive as something else. */
const PRINTABLE = /^[\u0020-\u007e\u00a0-\u00ff]*$/;

/** Text between apostrophes; case is kept. */
export function quoted(longest: number, shortest = 1): OperandValue {
  return (value, attribute) => {
    if (!PRINTABLE.test(value)) refuseValue(attribute, 'has a character that is not printable, or that EBCDIC does not have.');
    if (value.length < shortest || value.length > longest) refuseValue(attribute, `has ${value.length} characters: give ${shortest} to ${longest}.`);
    return `'${value.replaceAll("'", "''")}'`;
  };
}

/** Letters, digits, #, $ and @, folded to upper case as TSO does. */
export function word(longest: number, shortest = 1): OperandValue {
  return matching(new RegExp(`^[A-Z0-9#$@]{${shortest},${longest}}$`), `has to be ${shortest} to ${longest} letters, digits, #, $ or @`);
}

/** A value of a form of its own, in upper case; `form` must not admit blanks, parentheses, commas, apostrophes or semicolons. */
export function matching(form: RegExp, expected: string): OperandValue {
  return (value, attribute) => {
    const given = folded(value);
    return form.test(given) ? given : refuseValue(attribute, `is "${value}": it ${expected}.`);
  };
}

export function oneOf(...words: readonly string[]): OperandValue {
  return (value, attribute) => {
    const given = folded(value);
    return words.includes(given) ? given : refuseValue(attribute, `is "${value}": use ${words.join(', ')}.`);
  };
}

/** A whole number, with or without leading zeros. */
export function number(least: number, most: number): OperandValue {
  return (value, attribute) => {
    const trimmed = value.trim();
    const given = Number(trimmed);
    if (!/^\d{1,10}$/.test(trimmed) || given < least || given > most) refuseValue(attribute, `is "${value}": give a whole number from ${least} to ${most}.`);
    return String(given);
  };
}

/** The items of one text, separated by blanks or commas, each of the same kind. */
export function listOf(item: OperandValue): OperandValue {
  return (value, attribute) => {
    const items = value.split(/[\s,]+/).filter((part) => part !== '');
    if (items.length === 0) refuseValue(attribute, 'is empty: give a value, or null to clear it.');
    return items.map((part) => item(part, attribute)).join(' ');
  };
}

/** `YES` or `NO`; true and false are taken as well. */
export const yesNo: OperandValue = (value, attribute) => {
  const given = folded(value);
  const word = given === 'TRUE' ? 'YES' : given === 'FALSE' ? 'NO' : given;
  return word === 'YES' || word === 'NO' ? word : refuseValue(attribute, `is "${value}": use YES or NO.`);
};

/** HMM or HHMM, or the form LISTUSER shows, `00:10 (HH:MM)`. */
export const idleTime: OperandValue = (value, attribute) => {
  const [, hours = '', minutes = ''] = /^\s*(\d{0,2}?):?(\d{1,2})\s*(?:\(HH:MM\))?\s*$/i.exec(value) ?? [];
  if (minutes === '' || Number(minutes) > 59) refuseValue(attribute, `is "${value}": give hours and minutes as HMM or HHMM, minutes up to 59.`);
  return `${hours}${minutes.padStart(hours === '' ? 1 : 2, '0')}`;
};

/** A data set name without its first qualifier, as the MODEL operand takes it. */
export const dataSetName = matching(/^[A-Z#$@][A-Z0-9#$@-]{0,7}(?:\.[A-Z#$@][A-Z0-9#$@-]{0,7}){0,21}$/, 'has to be a data set name');
