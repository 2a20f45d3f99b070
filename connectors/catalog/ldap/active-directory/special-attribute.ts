import { ConnectorError, type Attribute, type IcfValue } from '../../../../protocol/model/index.js';
import type { ConnectorLog } from '../../../framework/spi.js';
import type { Entry } from '../directory/contract.js';
import type { NativeValues } from './native-values.js';

/** An attribute of ICF that stands for flags or states of Active Directory. */
export interface SpecialAttribute {
  readonly name: string;
  /** As in a schema. */
  readonly type: string;
  /** LDAP attributes it is read from. */
  readonly native: readonly string[];
  readonly byDefault: boolean;
  /** Undefined where the entry does not tell. */
  read(entry: Entry): IcfValue | undefined;
  /** What an entry has to match to hold the value, as RFC 4515 text; undefined where the server cannot search for it. */
  filter(value: IcfValue): string | undefined;
  write(attribute: Attribute, natives: NativeValues, log: ConnectorLog): void;
}

/** Rule of Active Directory for "has all these bits" (MS-ADTS 3.1.1.3.4.4.1). */
const BIT_AND = '1.2.840.113556.1.4.803';

/** Matches entries with, or without, a bit in an attribute that they have. */
export function bitFilter(attribute: string, bit: number, set: boolean): string {
  const has = `(${attribute}:${BIT_AND}:=${bit >>> 0})`;
  return set ? has : `(&(${attribute}=*)(!${has}))`;
}

export function toBoolean(value: IcfValue | undefined): boolean | undefined {
  if (typeof value === 'boolean') return value;
  return typeof value === 'string' && /^(?:true|false)$/i.test(value.trim()) ? value.trim().toLowerCase() === 'true' : undefined;
}

/** The value of an attribute that is written and has one. */
export function onlyValue({ name, values }: Attribute): IcfValue | undefined {
  if (values !== null && values.length > 1) throw new ConnectorError('invalidAttributeValue', `${name} has one value, not ${values.length}.`);
  return values?.[0] ?? undefined;
}

/** The one boolean of an attribute that is written. */
export function requiredBoolean(attribute: Attribute): boolean {
  const value = toBoolean(onlyValue(attribute));
  if (value === undefined) throw new ConnectorError('invalidAttributeValue', `${attribute.name} has to be true or false.`);
  return value;
}
