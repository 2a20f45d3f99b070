import type { SqlValue } from '../../store/database/database.js';

/** The values of a statement under construction: text of it never holds a value, only its number. */
export class BoundValues {
  readonly values: SqlValue[] = [];

  /** `$n::type` */
  bind(value: SqlValue, type: string): string {
    return `$${this.values.push(value)}::${type}`;
  }
}
