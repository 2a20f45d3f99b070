import type { IcfBigDecimal, IcfDouble, IcfFloat } from '../../../protocol/model/index.js';

/**
 * A date or time as the database has it, to the last digit: drivers that make a JavaScript Date of it lose microseconds and
 * shift what has no zone.
 *
 * `text`: date `2024-02-29`, time `13:05:09.25`, timestamp `2024-02-29 13:05:09.123456`, with zone `2024-02-29 13:05:09+02:00`.
 */
export class SqlTemporal {
  readonly kind: 'date' | 'time' | 'timestamp' | 'timestampWithZone';
  readonly text: string;
  constructor(kind: SqlTemporal['kind'], text: string) { this.kind = kind; this.text = text; }

  toString(): string { return this.text; }
}

/**
 * A value of a column or a parameter, by the database's type:
 *
 * | SQL | here | | SQL | here |
 * | --- | --- | --- | --- | --- |
 * | smallint, integer | `number` | | bigint | `bigint` |
 * | real | {@link IcfFloat} | | double precision | {@link IcfDouble} |
 * | numeric, decimal | {@link IcfBigDecimal} | | boolean, bit | `boolean` |
 * | character types, uuid, json, xml, … | `string` | | binary types | `Uint8Array` |
 * | date, time, timestamp | {@link SqlTemporal} | | NULL | `null` |
 */
export type SqlValue = null | string | boolean | number | bigint | Uint8Array | IcfDouble | IcfFloat | IcfBigDecimal | SqlTemporal;

/** Values by column label, spelled as the database spells it, in the order of the columns. */
export type SqlRow = ReadonlyMap<string, SqlValue>;

/** What a column holds, whatever the database calls it. `text` is everything else too: uuid, json, xml, enum. */
export type SqlKind =
  | 'boolean' | 'integer' | 'long' | 'float' | 'double' | 'decimal' | 'text' | 'binary' | 'date' | 'time' | 'timestamp' | 'timestampWithZone';

export interface SqlColumn {
  readonly name: string;
  readonly kind: SqlKind;
  /** As the database calls the type, in lower case: `varchar`, `int8`. */
  readonly typeName: string;
  readonly nullable: boolean;
  /** The database makes the value when an insert gives none: serial, identity, auto_increment or a default. */
  readonly generated: boolean;
}
