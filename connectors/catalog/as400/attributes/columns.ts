import type { IcfValue } from '../../../../protocol/model/index.js';

/** A row of QSYS2.USER_INFO by column name. */
export type Row = Readonly<Record<string, unknown>>;

/** The columns one attribute is read from, and how: an empty list where it has no value. */
export interface ReadColumn {
  readonly columns: readonly string[];
  read(row: Row, zone: string): readonly IcfValue[];
}

function textIn(row: Row, column: string): string | undefined {
  const value = row[column];
  if (typeof value === 'string') return value.trimEnd();
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
}

/** Text as it is. `blank`: the special value shown otherwise. */
export function textOf(column: string, special?: { readonly blank: string; readonly shown: string }): ReadColumn {
  return {
    columns: [column],
    read(row) {
      const value = textIn(row, column);
      if (special !== undefined && (value === undefined || value === special.blank)) return [special.shown];
      return value === undefined ? [] : [value];
    },
  };
}

/** YES and NO; with an asterisk too, as some releases have it. */
export function flagOf(column: string): ReadColumn {
  return { columns: [column], read: (row) => (typeof row[column] === 'boolean' ? [row[column]] : [textIn(row, column)].filter((value) => value !== undefined && value !== '').map((value) => /^\*?YES$/i.test(value ?? ''))) };
}

/** A number, as digits unless the attribute is an int. */
export function numberOf(column: string, type: 'String' | 'int' = 'String'): ReadColumn {
  return {
    columns: [column],
    read(row) {
      const value = textIn(row, column);
      if (value === undefined || value === '') return [];
      return type === 'String' ? [value] : /^-?\d+$/.test(value) ? [Number(value)] : [];
    },
  };
}

/** Numbers of QSYRUSRI that stand for special values. */
function coded(column: string, codes: Readonly<Record<string, string>>, otherwise?: string): ReadColumn {
  return {
    columns: [column],
    read(row) {
      const value = textIn(row, column) ?? otherwise;
      return value === undefined ? [] : [codes[value] ?? value];
    },
  };
}

export const intervalOf = (column: string): ReadColumn => coded(column, { '0': '*SYSVAL', '-1': '*NOMAX' });
export const hoursOf = (column: string): ReadColumn => coded(column, { '0': '*NONE', '-1': '*SYSVAL' });
export const idOf = (column: string): ReadColumn => coded(column, { '-2': '*SYSVAL' });
export const storageOf = (column: string): ReadColumn => coded(column, { '-1': '*NOMAX' }, '*NOMAX');

const NAME = /^[*A-Z#$@][A-Z0-9#$@_.]*$/;

/**
 * Names one behind the other, each padded with blanks: special authorities and the like to 11 characters, supplemental groups
 * to 10, so that two long names have nothing between them.
 */
function namesIn(row: Row, column: string, width?: number): readonly string[] {
  const text = (textIn(row, column) ?? '').trim();
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  if (width === undefined || words.every((word) => word.length <= width)) return words.filter((word) => NAME.test(word));
  return Array.from({ length: Math.ceil(text.length / width) }, (_, index) => text.slice(index * width, (index + 1) * width).trim()).filter((word) => NAME.test(word));
}

export function namesOf(column: string, width?: number): ReadColumn {
  return { columns: [column], read: (row) => namesIn(row, column, width) };
}

/** The same as one text. */
export function namesTextOf(column: string): ReadColumn {
  return {
    columns: [column],
    read(row) {
      const names = namesIn(row, column);
      return names.length === 0 ? [] : [names.join(' ')];
    },
  };
}

/** An object as a path under /QSYS.LIB, as the Java toolbox shows it; a special value as it is. */
export function objectOf(prefix: string, type: string): ReadColumn {
  const [objectColumn, libraryColumn] = [`${prefix}_NAME`, `${prefix}_LIBRARY_NAME`];
  return {
    columns: [objectColumn, libraryColumn],
    read(row) {
      const object = textIn(row, objectColumn);
      if (object === undefined || object === '') return [];
      if (object.startsWith('*')) return [object];
      const library = textIn(row, libraryColumn) ?? '';
      if (library === 'QSYS') return [`/QSYS.LIB/${object}.${type}`];
      const shown = library.startsWith('*') ? `%${library.slice(1)}%` : library === '' ? '%LIBL%' : library;
      return [`/QSYS.LIB/${shown}.LIB/${object}.${type}`];
    },
  };
}

interface Moment { readonly year: number; readonly month: number; readonly day: number; readonly clock: string }

/** `2022-08-29 05:15:20.000000`, `2022-08-29-05.15.20.000000` or a date alone; the IBM i's own time. */
function moment(value: string | undefined): Moment | undefined {
  const [, year, month, day, hours = '00', minutes = '00', seconds = '00'] = /^(\d{4})-(\d{2})-(\d{2})(?:[ T-](\d{2})[:.](\d{2})[:.](\d{2}))?/.exec(value ?? '') ?? [];
  return year === undefined ? undefined : { year: Number(year), month: Number(month), day: Number(day), clock: `${hours}:${minutes}:${seconds}` };
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** `Mon Aug 29 05:15:20 GMT+05:30 2022`: the form of Java's Date, in the time zone of the IBM i. */
export function timeOf(column: string): ReadColumn {
  return {
    columns: [column],
    read(row, zone) {
      const at = moment(textIn(row, column));
      if (at === undefined) return [];
      const weekday = WEEKDAYS[new Date(Date.UTC(at.year, at.month - 1, at.day)).getUTCDay()] ?? '';
      return [`${weekday} ${MONTHS[at.month - 1] ?? ''} ${twoDigits(at.day)} ${at.clock} ${zone} ${at.year}`];
    },
  };
}

/** `12/06/22` */
export function shortDateOf(column: string): ReadColumn {
  return {
    columns: [column],
    read(row) {
      const at = moment(textIn(row, column));
      return at === undefined ? [] : [`${twoDigits(at.month)}/${twoDigits(at.day)}/${twoDigits(at.year % 100)}`];
    },
  };
}
