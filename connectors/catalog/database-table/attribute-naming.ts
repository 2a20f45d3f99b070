import { NAME, PASSWORD, UID } from '../../../protocol/model/index.js';
import type { AttributeNaming } from '../../framework/spi.js';
import { named, type DatabaseTableConfig } from './validate.js';

/** The columns that stand behind ICF names. */
export function attributeNaming({ keyColumn, passwordColumn }: DatabaseTableConfig): AttributeNaming {
  const key = named(keyColumn);
  const password = named(passwordColumn);
  return {
    same: [],
    mapped: [
      ...(key === undefined ? [] : [[UID, key], [NAME, key]] as const),
      ...(password === undefined ? [] : [[PASSWORD, password]] as const),
    ],
    // Another table has other columns, and a password may be written to a column by its own name.
    dependsOn: ['url', 'table'],
  };
}
