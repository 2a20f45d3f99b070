import {
  ConnectorError, GuardedString, IcfBigDecimal, IcfBigInteger, IcfByte, IcfCharacter, IcfDouble, IcfFloat, IcfUri, Uid, type IcfValue,
} from '../../../protocol/model/index.js';
import { jdbcSql, sql, type SqlText } from '../../engines/sql/sql-text.js';
import { SqlTemporal, type SqlRow, type SqlValue } from '../../engines/sql/values.js';

/** A row as scripts see it; dates and times are texts, as the database has them. */
export function rowValue(row: SqlRow): IcfValue {
  return new Map<IcfValue, IcfValue>([...row].map(([label, value]) => [label, value instanceof SqlTemporal ? value.text : value]));
}

/** A parameter a script gives. Secrets become what they are: they are bound, never written into the statement. */
export function parameter(value: IcfValue): SqlValue {
  if (value === null || typeof value !== 'object') return value;
  const known = ownValue(value) ?? unwrapped(value);
  if (known !== undefined) return known;
  // An attribute of one value comes as a list of it.
  if (Array.isArray(value) && value.length <= 1) return parameter((value[0]) ?? null);
  throw new ConnectorError('illegalArgument', Array.isArray(value) ? 'A parameter of a statement holds several values, and a column takes one: choose one, or join them.' : 'A parameter of a statement has to be a text, a number, true or false, bytes, a secret, or null.', { outcome: 'notApplied' });
}

/** Types databases have too. */
function ownValue(value: object): SqlValue | undefined {
  return value instanceof Uint8Array || value instanceof IcfDouble || value instanceof IcfFloat || value instanceof IcfBigDecimal ? value : undefined;
}

function unwrapped(value: object): SqlValue | undefined {
  if (value instanceof GuardedString) return value.reveal();
  if (value instanceof IcfBigInteger) return new IcfBigDecimal(value.value, 0);
  return value instanceof IcfByte || value instanceof IcfCharacter || value instanceof Uid || value instanceof IcfUri ? value.value : undefined;
}

/** What ./sql-library.ts makes of a statement: written text with `?`, or the parts of a template and its values. */
export function statementOf(given: IcfValue | undefined): SqlText {
  const asked = given instanceof Map ? given as ReadonlyMap<IcfValue, IcfValue> : new Map<IcfValue, IcfValue>();
  const parameters = asked.get('parameters') ?? null;
  if (parameters !== null && !Array.isArray(parameters)) throw new ConnectorError('illegalArgument', 'The parameters of a statement have to be a list.', { outcome: 'notApplied' });
  const values = (parameters ?? []).map((value: IcfValue) => parameter(value));
  const parts = asked.get('parts');
  if (Array.isArray(parts)) return sql(parts.map(String) as unknown as TemplateStringsArray, ...values);
  const text = asked.get('text');
  if (typeof text !== 'string' || text.trim() === '') throw new ConnectorError('illegalArgument', 'A statement has to be a text that is not empty, or a template.', { outcome: 'notApplied' });
  return jdbcSql(text, values);
}
