import { ConnectorError, type ApiOperation } from '../../../protocol/model/index.js';
import type { ConfigOf } from '../../framework/properties.js';
import { validatePool } from '../../engines/sql/pool-settings.js';
import type { IdentifierQuoting } from '../../engines/sql/sql-text.js';
import { parseTableName } from '../../engines/sql/table-name.js';
import type { config } from './properties.js';

export type DatabaseTableConfig = ConfigOf<typeof config>;

const QUOTING: Readonly<Record<string, IdentifierQuoting>> = { '': 'none', none: 'none', single: 'single', double: 'double', back: 'back', brackets: 'brackets' };

/** Any letter case; empty is NONE, as in the sample configuration. */
export function quotingOf({ quoting }: Pick<DatabaseTableConfig, 'quoting'>): IdentifierQuoting {
  const chosen = QUOTING[quoting.trim().toLowerCase()];
  if (chosen !== undefined) return chosen;
  throw new ConnectorError('configuration', `The property quoting is ${JSON.stringify(quoting)}: give None, Single, Double, Back or Brackets.`);
}

/** Undefined where the property is empty. */
export function named(property: string | null): string | undefined {
  return property === null || property.trim() === '' ? undefined : property.trim();
}

export function validate(given: DatabaseTableConfig): void {
  validatePool(given);
  quotingOf(given);
  parseTableName(given.table);
  const columns = (['keyColumn', 'passwordColumn', 'changeLogColumn'] as const).map((property) => ({ property, column: named(given[property])?.toLowerCase() }));
  if (columns[0]?.column === undefined) throw new ConnectorError('configuration', 'The property keyColumn is empty: name the column that identifies a row.');
  for (const [index, { property, column }] of columns.entries()) {
    const same = columns.find((other, at) => at < index && column !== undefined && other.column === column);
    // A change time as key would change with every update; a password as key would be in every answer.
    if (same !== undefined) throw new ConnectorError('configuration', `The properties ${same.property} and ${property} both name the column ${given[property] ?? ''}: they must name two.`);
  }
}

/** Without its column an operation has nothing to work on. */
export function unavailable({ passwordColumn, changeLogColumn }: DatabaseTableConfig): readonly ApiOperation[] {
  return [
    ...(named(changeLogColumn) === undefined ? ['SyncApiOp' as const] : []),
    ...(named(passwordColumn) === undefined ? ['AuthenticationApiOp' as const] : []),
  ];
}
