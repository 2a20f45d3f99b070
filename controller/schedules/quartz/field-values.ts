/** One field of a cron expression: what may stand in it. */
export interface FieldKind {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** Names of values, the first for `least`. */
  readonly names?: readonly string[];
  /** A range that ends before it begins goes on from the beginning: 22-2. Not for years. */
  readonly wraps: boolean;
}

export const SECONDS: FieldKind = { name: 'seconds', least: 0, most: 59, wraps: true };
export const MINUTES: FieldKind = { name: 'minutes', least: 0, most: 59, wraps: true };
export const HOURS: FieldKind = { name: 'hours', least: 0, most: 23, wraps: true };
export const DAYS_OF_MONTH: FieldKind = { name: 'day of month', least: 1, most: 31, wraps: true };
export const MONTHS: FieldKind = { name: 'month', least: 1, most: 12, names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'], wraps: true };
/** 1 is Sunday. */
export const DAYS_OF_WEEK: FieldKind = { name: 'day of week', least: 1, most: 7, names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'], wraps: true };
export const YEARS: FieldKind = { name: 'year', least: 1970, most: 2099, wraps: false };

export class CronSyntaxError extends Error {
  override readonly name = 'CronSyntaxError';
}

const PART = /^(?:(\*)|([A-Z0-9]+)(?:-([A-Z0-9]+))?)?(?:\/(\d{1,4}))?$/;

/** The values of a field of lists, ranges and steps, in ascending order. Throws a CronSyntaxError. */
export function fieldValues(kind: FieldKind, text: string): readonly number[] {
  const values = new Set<number>();
  for (const part of text.split(',')) for (const value of partValues(kind, part)) values.add(value);
  return [...values].sort((left, right) => left - right);
}

export function isEvery(kind: FieldKind, values: readonly number[]): boolean {
  return values.length === kind.most - kind.least + 1;
}

function partValues(kind: FieldKind, part: string): number[] {
  const match = PART.exec(part);
  if (part === '' || match === null) throw new CronSyntaxError(`${kind.name}: '${part}' is no value, range or step`);
  const [, , first, last, by] = match;
  const span = kind.most - kind.least + 1;
  const step = Number(by ?? 1);
  if (step < 1 || step > span) throw new CronSyntaxError(`${kind.name}: the step ${step} has to be from 1 to ${span}`);
  const from = first === undefined ? kind.least : valueOf(kind, first);
  const to = lastValue(kind, first, last, by !== undefined);
  if (to < from && !kind.wraps) throw new CronSyntaxError(`${kind.name}: ${part} ends before it begins`);
  const length = to < from ? to + span - from : to - from;
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, index) => kind.least + (from + index * step - kind.least) % span);
}

/** A single value with a step goes on to the end of the field; so does `/5`, and `*`. */
function lastValue(kind: FieldKind, first: string | undefined, last: string | undefined, hasStep: boolean): number {
  if (last !== undefined) return valueOf(kind, last);
  return first === undefined || hasStep ? kind.most : valueOf(kind, first);
}

export function valueOf(kind: FieldKind, text: string): number {
  const named = kind.names?.indexOf(text) ?? -1;
  const value = named >= 0 ? kind.least + named : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= kind.least && value <= kind.most)) throw new CronSyntaxError(`${kind.name}: ${text} is not from ${kind.least} to ${kind.most}${kind.names === undefined ? '' : `, and not ${kind.names.join(', ')}`}`);
  return value;
}
