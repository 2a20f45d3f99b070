import type { ApiOperation } from './api-operations.js';

/** NOT_READABLE implies NOT_RETURNED_BY_DEFAULT for a Java peer; {@link attributeInfo} adds it. */
export type AttributeFlag =
  | 'REQUIRED' | 'MULTIVALUED' | 'NOT_CREATABLE' | 'NOT_UPDATEABLE' | 'NOT_READABLE' | 'NOT_RETURNED_BY_DEFAULT';

export interface AttributeInfo {
  readonly name: string;
  /** ICF type name, e.g. `String`, `int`, `GuardedString`. */
  readonly type: string;
  readonly flags: readonly AttributeFlag[];
}

export interface ObjectClassInfo {
  readonly type: string;
  readonly isContainer: boolean;
  readonly attributes: readonly AttributeInfo[];
}

export interface OperationOptionInfo {
  readonly name: string;
  /** ICF type name, e.g. `Integer`, `String[]`. */
  readonly type: string;
}

export interface Schema {
  readonly objectClasses: readonly ObjectClassInfo[];
  readonly operationOptions: readonly OperationOptionInfo[];
  /** Names of the object classes each operation supports. */
  readonly objectClassesByOperation: ReadonlyMap<ApiOperation, readonly string[]>;
  /** Names of the options each operation supports. */
  readonly optionsByOperation: ReadonlyMap<ApiOperation, readonly string[]>;
}

export function attributeInfo(name: string, type = 'String', ...flags: AttributeFlag[]): AttributeInfo {
  const hidden = flags.includes('NOT_READABLE') && !flags.includes('NOT_RETURNED_BY_DEFAULT');
  return { name, type, flags: hidden ? [...flags, 'NOT_RETURNED_BY_DEFAULT'] : flags };
}
