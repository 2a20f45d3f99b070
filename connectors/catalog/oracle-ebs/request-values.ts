import { ConnectorError, ENABLE, GuardedString, NAME, PASSWORD, attributeKey, type Attribute, type IcfValue } from '../../../protocol/model/index.js';
import { STANDARD_GROUP } from './assignments.js';
import { USER_COLUMNS, type EbsColumn } from './columns.js';
import { isoDay } from './dates.js';
import { RESPONSIBILITY } from './object-classes.js';

/** A responsibility a request lists. Dates `YYYY-MM-DD`; undefined: not said. */
export interface WantedAssignment {
  readonly application: string;
  readonly key: string;
  readonly securityGroup: string;
  readonly description: string | undefined;
  readonly start: string | undefined;
  readonly end: string | undefined;
}

/** A value for FND_USER_PKG: a text, a number, a day as `YYYY-MM-DD`, or null to clear. */
export type WantedValue = string | bigint | null;

/** What a request asks of an account; what it leaves out stays as it is. */
export interface WantedAccount {
  name?: string;
  password?: GuardedString;
  enabled?: boolean;
  responsibilities?: readonly WantedAssignment[];
  readonly values: Map<EbsColumn, WantedValue>;
  /** Attributes of EBS's own, which may be sent back as they were read. */
  readonly readOnly: Map<EbsColumn, string>;
}

const LONGEST_NAME = 100;

/** Whatever is wrong with a request: nothing was done. */
export function refuse(message: string, kind: 'invalidAttributeValue' | 'alreadyExists' | 'unknownUid' = 'invalidAttributeValue'): never {
  throw new ConnectorError(kind, `Oracle EBS: ${message}`, { outcome: 'notApplied' });
}

function one({ name, values }: Attribute): IcfValue {
  const given = (values ?? []).filter((value) => value !== null);
  if (given.length > 1) refuse(`${name} has ${given.length} values; it takes one.`);
  return given[0] ?? null;
}

function name(attribute: Attribute): string {
  const value = one(attribute);
  if (typeof value !== 'string' || value.trim() === '') return refuse(`${NAME} is empty: an account needs a user name.`);
  if (value.length > LONGEST_NAME) refuse(`the user name has ${value.length} characters; EBS takes ${LONGEST_NAME} at most.`);
  // FND_USER_PKG keeps names in upper case whatever it is given.
  return value.toUpperCase();
}

function secret(attribute: Attribute): GuardedString {
  const value = one(attribute);
  if (value instanceof GuardedString) return value;
  return typeof value === 'string' && value !== '' ? new GuardedString(value) : refuse(`${PASSWORD} has to be a password; EBS has no accounts without one.`);
}

function flag(attribute: Attribute): boolean {
  const value = one(attribute);
  if (typeof value === 'boolean') return value;
  return typeof value === 'string' && /^(true|false)$/i.test(value) ? value.toLowerCase() === 'true' : refuse(`${attribute.name} has to be true or false.`);
}

/** Numbers are taken as strings too, as the documentation's samples write them. */
function number(attribute: string, value: IcfValue): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  return typeof value === 'string' && /^-?\d{1,15}$/.test(value.trim()) ? BigInt(value.trim()) : refuse(`${attribute} has to be a number.`);
}

function wantedValue({ attribute, kind }: EbsColumn, value: IcfValue): WantedValue {
  // Oracle has no empty text, only NULL.
  if (value === null || value === '') return null;
  if (kind === 'number') return number(attribute, value);
  if (typeof value !== 'string') return refuse(`${attribute} has to be a text.`);
  return kind === 'date' ? isoDay(attribute, value) : value;
}

function field(entry: ReadonlyMap<IcfValue, IcfValue>, fieldName: string): string | undefined {
  const value = entry.get(fieldName) ?? null;
  if (value === null || value === '') return undefined;
  return typeof value === 'string' ? value : refuse(`${fieldName} of a ${RESPONSIBILITY} has to be a text.`);
}

function assignment(value: IcfValue): WantedAssignment {
  if (!(value instanceof Map)) return refuse(`${RESPONSIBILITY} has to be a list of objects with RESP_APP and RESP_KEY.`);
  const application = field(value, 'RESP_APP');
  const key = field(value, 'RESP_KEY');
  if (application === undefined || key === undefined) return refuse(`an entry of ${RESPONSIBILITY} has no RESP_APP or no RESP_KEY.`);
  const day = (fieldName: string) => { const text = field(value, fieldName); return text === undefined ? undefined : isoDay(fieldName, text); };
  return {
    application, key, securityGroup: field(value, 'RESPONSIBILITY_SECURITY_GROUP') ?? STANDARD_GROUP,
    description: value.has('RESPONSIBILITY_DESCRIPTION') ? field(value, 'RESPONSIBILITY_DESCRIPTION') ?? '' : undefined,
    start: day('RESPONSIBILITY_START_DATE'), end: day('RESPONSIBILITY_END_DATE'),
  };
}

type Reader = (wanted: WantedAccount, attribute: Attribute) => void;

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  [attributeKey(NAME), (wanted, attribute) => { wanted.name = name(attribute); }],
  [attributeKey(PASSWORD), (wanted, attribute) => { wanted.password = secret(attribute); }],
  [attributeKey(ENABLE), (wanted, attribute) => { wanted.enabled = flag(attribute); }],
  [attributeKey(RESPONSIBILITY), (wanted, attribute) => { wanted.responsibilities = (attribute.values ?? []).filter((value) => value !== null).map(assignment); }],
  ...USER_COLUMNS.map((column): [string, Reader] => [attributeKey(column.attribute), (wanted, attribute) => {
    const value = one(attribute);
    if (column.parameter !== undefined) wanted.values.set(column, wantedValue(column, value));
    else wanted.readOnly.set(column, typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? String(value) : '');
  }]),
]);

/** The request's attributes, checked and in EBS's terms. */
export function wantedAccount(attributes: readonly Attribute[]): WantedAccount {
  const wanted: WantedAccount = { values: new Map(), readOnly: new Map() };
  for (const attribute of attributes) {
    const reader = READERS.get(attributeKey(attribute.name));
    if (reader === undefined) refuse(`an account has no attribute ${attribute.name}.`);
    reader(wanted, attribute);
  }
  return wanted;
}
