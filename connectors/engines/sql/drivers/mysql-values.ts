import { IcfDouble, IcfFloat } from '../../../../protocol/model/index.js';
import { asItIs, decimalOrText, libraryText, withoutEmptyFraction } from '../text-values.js';
import { SqlTemporal, type SqlValue } from '../values.js';

/** What a result set says of a column: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_text_resultset_column_definition.html */
export interface MysqlField {
  readonly name: string;
  readonly columnType?: number;
  readonly columnLength?: number;
  readonly flags?: number | readonly string[];
}

const UNSIGNED = 32;

function isUnsigned({ flags }: MysqlField): boolean {
  return typeof flags === 'number' && (flags & UNSIGNED) !== 0;
}

type Conversion = (value: unknown, field: MysqlField) => SqlValue;
const temporal = (kind: SqlTemporal['kind']): Conversion => (value) => new SqlTemporal(kind, withoutEmptyFraction(libraryText(value)));

/** By the protocol's column types. The library is told to give decimals, long integers and times as text. */
const CONVERSIONS: ReadonlyMap<number, Conversion> = new Map<number, Conversion>([
  [0 /* decimal */, decimalOrText],
  [246 /* newdecimal */, decimalOrText],
  // tinyint(1) is a boolean, as Connector/J has it (tinyInt1isBit).
  [1 /* tiny */, (value, field) => (field.columnLength === 1 && !isUnsigned(field) ? Number(value) !== 0 : Number(value))],
  // Beyond Java's int and long.
  [3 /* long */, (value, field) => (isUnsigned(field) ? BigInt(libraryText(value)) : Number(value))],
  [8 /* longlong */, (value, field) => (isUnsigned(field) ? decimalOrText(value) : BigInt(libraryText(value)))],
  [4 /* float */, (value) => new IcfFloat(Number(value))],
  [5 /* double */, (value) => new IcfDouble(Number(value))],
  [10 /* date */, temporal('date')],
  [11 /* time */, temporal('time')],
  [12 /* datetime */, temporal('timestamp')],
  [7 /* timestamp */, temporal('timestamp')],
  [16 /* bit */, bits],
]);

export function fromMysql(value: unknown, field: MysqlField): SqlValue {
  if (value === null || value === undefined) return null;
  return (CONVERSIONS.get(field.columnType ?? -1) ?? asItIs)(value, field);
}

/** bit(1) is a boolean. */
function bits(value: unknown, { columnLength }: MysqlField): SqlValue {
  if (!(value instanceof Uint8Array)) return Number(value) !== 0;
  return columnLength === 1 ? value[0] === 1 : value;
}

/** Text for all the server converts by itself without a loss; a JavaScript number would be sent as a double. */
export function toMysql(value: SqlValue): string | number | Buffer | null {
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (value instanceof IcfDouble || value instanceof IcfFloat) return value.value;
  return value.toString();
}
