import { ACCOUNT, Attribute, ConnectorError, ConnectorObject, ENABLE, Name, Uid, attributeKey, type IcfValue } from '../../../protocol/model/index.js';
import { numberKey, type KeyColumn } from '../../engines/sql/keyset.js';
import { columnText } from '../../engines/sql/read-rows.js';
import { identifiers, joinSql, sql, type SqlText } from '../../engines/sql/sql-text.js';
import type { SqlRow } from '../../engines/sql/values.js';
import { assignmentsOf, type Assignment } from './assignments.js';
import { RESPONSIBILITY_COLUMNS, USER_COLUMNS, exactDate, shownDate, type EbsColumn } from './columns.js';
import type { EbsSession } from './connection.js';
import { RESPONSIBILITY } from './object-classes.js';

/** How the objects of a class are read, one row each. */
export interface Listing {
  readonly objectClass: string;
  readonly columns: readonly EbsColumn[];
  /** Alias of the table the columns are of. */
  readonly keys: readonly KeyColumn[];
  /** The latest change of an object, a DATE. */
  readonly changed: SqlText;
  /** A select that ends in a condition; `CHANGED` is the latest change. */
  selection(session: EbsSession, attributesToGet: readonly string[] | undefined, signal: AbortSignal): Promise<SqlText>;
  objects(session: EbsSession, rows: readonly SqlRow[], attributesToGet: readonly string[] | undefined, signal: AbortSignal): Promise<ConnectorObject[]>;
}

/** A column of the listed table, as an expression. */
export function columnOf(column: EbsColumn): SqlText {
  return sql`t.${identifiers([column.column], 'none')}`;
}

/** As it is given out: dates as text, so that no driver makes an instant of a day. */
function selected(column: EbsColumn): SqlText {
  const expression = columnOf(column);
  return sql`${column.kind === 'date' ? shownDate(expression) : expression} as ${identifiers([column.attribute], 'none')}`;
}

type Wants = (name: string, onRequest?: boolean) => boolean;

function wanting(attributesToGet: readonly string[] | undefined): Wants {
  if (attributesToGet === undefined) return (_name, onRequest = false) => !onRequest;
  const asked = new Set(attributesToGet.map(attributeKey));
  return (name) => asked.has(attributeKey(name));
}

const isShown = (wants: Wants) => ({ attribute, hidden, onRequest }: EbsColumn): boolean => hidden !== true && wants(attribute, onRequest ?? false);

function valueOf({ attribute, kind }: EbsColumn, row: SqlRow): IcfValue {
  const text = columnText(row, attribute);
  if (text === undefined) return null;
  if (kind !== 'number') return text;
  const number = Number(text);
  return Number.isInteger(number) && Math.abs(number) < 2 ** 31 ? number : /^-?\d+$/.test(text) ? BigInt(text) : text;
}

function attributesOf(columns: readonly EbsColumn[], row: SqlRow): Attribute[] {
  return columns.flatMap((column) => { const value = valueOf(column, row); return value === null ? [] : [Attribute.of(column.attribute, value)]; });
}

/** An account is enabled while today is within its dates, as FND_USER_PKG has it: the end date itself is over. */
const ENABLED = sql`case when t.START_DATE <= sysdate and (t.END_DATE is null or t.END_DATE > sysdate) then 1 else 0 end`;

function assignmentValue({ application, key, securityGroup, description, start, end }: Assignment): Map<IcfValue, IcfValue> {
  return new Map<IcfValue, IcfValue>([
    ['RESP_KEY', key], ['RESPONSIBILITY_SECURITY_GROUP', securityGroup], ['RESP_APP', application], ['RESPONSIBILITY_DESCRIPTION', description],
    ...(start === undefined ? [] : [['RESPONSIBILITY_START_DATE', shownDay(start)] as const]), ...(end === undefined ? [] : [['RESPONSIBILITY_END_DATE', shownDay(end)] as const]),
  ]);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function shownDay(iso: string): string {
  const [year = '', month = '', day = ''] = iso.split('-');
  return `${day}-${MONTHS[Number(month) - 1] ?? ''}-${year.slice(2)}`;
}

/** A change of what is assigned to a user is a change of the user. */
const USER_CHANGED = sql`greatest(t.LAST_UPDATE_DATE, nvl((select max(d.LAST_UPDATE_DATE) from APPS.FND_USER_RESP_GROUPS_DIRECT d where d.USER_ID = t.USER_ID), t.LAST_UPDATE_DATE))`;

const accounts: Listing = {
  objectClass: ACCOUNT,
  columns: USER_COLUMNS,
  keys: [numberKey('USER_ID', sql`t.USER_ID`)],
  changed: USER_CHANGED,
  selection: async (_session, attributesToGet) => {
    const shown = USER_COLUMNS.filter(isShown(wanting(attributesToGet))).filter(({ attribute }) => attribute !== 'USER_ID' && attribute !== 'USER_NAME').map(selected);
    return sql`select ${joinSql([sql`t.USER_ID, t.USER_NAME`, sql`${ENABLED} as IS_ENABLED`, sql`${exactDate(USER_CHANGED)} as CHANGED`, ...shown], ', ')} from APPS.FND_USER t where 1 = 1`;
  },
  objects: async (session, rows, attributesToGet, signal) => {
    const wants = wanting(attributesToGet);
    const shown = USER_COLUMNS.filter(isShown(wants));
    const assigned = wants(RESPONSIBILITY) ? await assignmentsOf(session, rows.map((row) => columnText(row, 'USER_ID') ?? ''), signal) : undefined;
    return rows.map((row) => {
      const userId = columnText(row, 'USER_ID') ?? '';
      const responsibilities = assigned?.get(userId);
      return new ConnectorObject(ACCOUNT, [
        new Uid(userId), new Name(columnText(row, 'USER_NAME') ?? ''), Attribute.of(ENABLE, columnText(row, 'IS_ENABLED') === '1'), ...attributesOf(shown, row),
        ...(responsibilities === undefined ? [] : [new Attribute(RESPONSIBILITY, responsibilities.map(assignmentValue))]),
      ]);
    });
  },
};

const responsibilities: Listing = {
  objectClass: RESPONSIBILITY,
  columns: RESPONSIBILITY_COLUMNS,
  // The number alone need not be unique: the key of the table is both.
  keys: [numberKey('RESPONSIBILITY_ID', sql`t.RESPONSIBILITY_ID`), numberKey('APPLICATION_ID', sql`t.APPLICATION_ID`)],
  changed: sql`t.LAST_UPDATE_DATE`,
  selection: async (session, attributesToGet, signal) => {
    const existing = await session.responsibilityColumns(signal);
    const wants = wanting(attributesToGet);
    const fixed = ['RESPONSIBILITY_ID', 'APPLICATION_ID', 'RESPONSIBILITY_KEY'];
    const shown = RESPONSIBILITY_COLUMNS.filter(({ attribute }) => !fixed.includes(attribute) && wants(attribute) && existing.has(attribute)).map(selected);
    return sql`select ${joinSql([sql`t.RESPONSIBILITY_ID, t.APPLICATION_ID, t.RESPONSIBILITY_KEY`, sql`${exactDate(sql`t.LAST_UPDATE_DATE`)} as CHANGED`, ...shown], ', ')} from APPS.FND_RESPONSIBILITY_VL t where 1 = 1`;
  },
  objects: async (_session, rows, attributesToGet) => {
    const shown = RESPONSIBILITY_COLUMNS.filter(isShown(wanting(attributesToGet)));
    return rows.map((row) => new ConnectorObject(RESPONSIBILITY, [
      new Uid(columnText(row, 'RESPONSIBILITY_ID') ?? ''), new Name(columnText(row, 'RESPONSIBILITY_KEY') ?? ''), ...attributesOf(shown, row),
    ]));
  },
};

const LISTINGS: ReadonlyMap<string, Listing> = new Map([[ACCOUNT, accounts], [RESPONSIBILITY, responsibilities]]);

export function knownListing(objectClass: string): Listing | undefined {
  return LISTINGS.get(objectClass.toUpperCase());
}

export function listingOf(objectClass: string): Listing {
  const listing = knownListing(objectClass);
  if (listing === undefined) throw new ConnectorError('illegalArgument', `Oracle EBS has no object class ${objectClass}: it has ${ACCOUNT} and ${RESPONSIBILITY}.`);
  return listing;
}
