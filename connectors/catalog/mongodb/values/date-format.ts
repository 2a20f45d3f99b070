import { parsePattern, type PatternLetter, type PatternPart } from './java-date-pattern.js';
import { timeZone, type TimeZone } from './time-zone.js';

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const SHORT = 3;

const pad = (value: number, width: number): string => String(value).padStart(width, '0');
const named = (names: readonly string[], index: number, count: number): string => (names[index] ?? '').slice(0, count > SHORT ? undefined : SHORT);

function offsetText(minutes: number, letter: 'X' | 'Z', count: number): string {
  if (letter === 'X' && minutes === 0) return 'Z';
  const text = `${minutes < 0 ? '-' : '+'}${pad(Math.floor(Math.abs(minutes) / 60), 2)}`;
  const rest = pad(Math.abs(minutes) % 60, 2);
  if (letter === 'X' && count === 1) return rest === '00' ? text : `${text}${rest}`;
  return letter === 'X' && count >= SHORT ? `${text}:${rest}` : `${text}${rest}`;
}

/** `local`: the clock of the zone, in the UTC fields. */
const PRINT: Readonly<Record<PatternLetter, (local: Date, count: number, offset: number) => string>> = {
  y: (local, count) => (count === 2 ? pad(local.getUTCFullYear() % 100, 2) : pad(local.getUTCFullYear(), count)),
  u: (local, count) => pad(local.getUTCFullYear(), count),
  M: (local, count) => (count >= SHORT ? named(MONTHS, local.getUTCMonth(), count) : pad(local.getUTCMonth() + 1, count)),
  d: (local, count) => pad(local.getUTCDate(), count),
  H: (local, count) => pad(local.getUTCHours(), count),
  h: (local, count) => pad(local.getUTCHours() % 12 || 12, count),
  m: (local, count) => pad(local.getUTCMinutes(), count),
  s: (local, count) => pad(local.getUTCSeconds(), count),
  S: (local, count) => pad(local.getUTCMilliseconds(), 3).padEnd(count, '0').slice(0, count),
  a: (local) => (local.getUTCHours() < 12 ? 'AM' : 'PM'),
  E: (local, count) => named(DAYS, local.getUTCDay(), count),
  X: (_local, count, offset) => offsetText(offset, 'X', count),
  Z: (_local, count, offset) => offsetText(offset, 'Z', count),
};

/** What is read of a text so far. */
interface Fields { year: number; month: number; day: number; hour: number; half: number | undefined; minute: number; second: number; millisecond: number; offset: number | undefined }

/** Reads one part at `at` and answers where the next begins; undefined where the text does not fit. */
type Reader = (text: string, at: number, count: number, fields: Fields) => number | undefined;

const digit = (character: string | undefined): boolean => character !== undefined && character >= '0' && character <= '9';

/** Two letters or more ask for just so many digits; one takes what is there. */
function digits(text: string, at: number, count: number, most: number): { readonly value: number; readonly next: number } | undefined {
  let next = at;
  while (next - at < (count === 1 ? most : count) && digit(text[next])) next++;
  return next - at < count ? undefined : { value: Number(text.slice(at, next)), next };
}

function number(least: number, most: number, take: (fields: Fields, value: number) => void, width = 2): Reader {
  return (text, at, count, fields) => {
    const found = digits(text, at, count, width);
    if (found === undefined || found.value < least || found.value > most) return undefined;
    take(fields, found.value);
    return found.next;
  };
}

function nameAt(names: readonly string[], text: string, at: number, count: number): { readonly index: number; readonly next: number } | undefined {
  const rest = text.slice(at).toLowerCase();
  const index = names.findIndex((_name, place) => rest.startsWith(named(names, place, count).toLowerCase()));
  return index < 0 ? undefined : { index, next: at + named(names, index, count).length };
}

const readMonth: Reader = (text, at, count, fields) => {
  if (count < SHORT) return number(1, 12, (known, value) => { known.month = value; })(text, at, count, fields);
  const found = nameAt(MONTHS, text, at, count);
  if (found !== undefined) fields.month = found.index + 1;
  return found?.next;
};

const readOffset: Reader = (text, at, _count, fields) => {
  if (text[at] === 'Z') {
    fields.offset = 0;
    return at + 1;
  }
  const [whole, sign, hours, minutes = '0'] = /^([+-])(\d{2})(?::?(\d{2}))?/.exec(text.slice(at)) ?? [];
  if (whole === undefined) return undefined;
  fields.offset = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  return at + whole.length;
};

const readYear: Reader = (text, at, count, fields) => {
  const found = digits(text, at, count, 4);
  if (found === undefined) return undefined;
  fields.year = count === 2 ? 2000 + found.value : found.value;
  return found.next;
};

const READ: Readonly<Record<PatternLetter, Reader>> = {
  y: readYear,
  u: readYear,
  M: readMonth,
  d: number(1, 31, (fields, value) => { fields.day = value; }),
  H: number(0, 23, (fields, value) => { fields.hour = value; }),
  h: number(1, 12, (fields, value) => { fields.hour = value % 12; }),
  m: number(0, 59, (fields, value) => { fields.minute = value; }),
  s: number(0, 59, (fields, value) => { fields.second = value; }),
  S: (text, at, count, fields) => {
    const found = digits(text, at, count, count);
    if (found !== undefined) fields.millisecond = Number(text.slice(at, found.next).padEnd(3, '0').slice(0, 3));
    return found?.next;
  },
  a: (text, at, _count, fields) => {
    const found = nameAt(['AM', 'PM'], text, at, 2);
    if (found !== undefined) fields.half = found.index;
    return found?.next;
  },
  E: (text, at, count) => nameAt(DAYS, text, at, count)?.next,
  X: readOffset,
  Z: readOffset,
};

/** Prints and reads dates as the properties `dateFormat` and `timeZone` say. */
export class DateFormat {
  readonly pattern: string;
  readonly #parts: readonly PatternPart[];
  readonly #zone: TimeZone;

  /** Throws a TypeError or RangeError that says what is wrong with the pattern or the zone. */
  constructor(pattern: string, zone: string) {
    this.pattern = pattern;
    this.#parts = parsePattern(pattern);
    this.#zone = timeZone(zone);
  }

  format(date: Date): string {
    const offset = this.#zone.offsetAt(date.getTime());
    const local = new Date(date.getTime() + offset * 60_000);
    return this.#parts.map((part) => ('literal' in part ? part.literal : PRINT[part.letter](local, part.count, offset))).join('');
  }

  /** Undefined for a text the pattern does not describe, or a day no month has. */
  parse(text: string): Date | undefined {
    const fields: Fields = { year: 1970, month: 1, day: 1, hour: 0, half: undefined, minute: 0, second: 0, millisecond: 0, offset: undefined };
    let at: number | undefined = 0;
    for (const part of this.#parts) {
      if ('literal' in part) at = text.startsWith(part.literal, at) ? at + part.literal.length : undefined;
      else at = READ[part.letter](text, at, part.count, fields);
      if (at === undefined) return undefined;
    }
    return at === text.length ? this.#moment(fields) : undefined;
  }

  #moment({ year, month, day, hour, half, minute, second, millisecond, offset }: Fields): Date | undefined {
    const local = new Date(0);
    local.setUTCFullYear(year, month - 1, day);
    if (local.getUTCMonth() !== month - 1 || local.getUTCDate() !== day) return undefined;
    local.setUTCHours(half === undefined ? hour : hour % 12 + half * 12, minute, second, millisecond);
    return new Date(offset === undefined ? this.#zone.momentOf(local.getTime()) : local.getTime() - offset * 60_000);
  }
}
