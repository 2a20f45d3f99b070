import {
  ACCOUNT, NAME, OPTION, PASSWORD, attributeInfo,
  type ApiOperation, type AttributeInfo, type OperationOptionInfo, type Schema,
} from '../../../protocol/model/index.js';
import type { Call, DescribedObjectClass } from '../../framework/spi.js';
import type { SqlKind } from '../../engines/sql/values.js';
import { describedTable, type DatabaseTableSession } from './session.js';
import type { Table } from './table.js';

/** As the specification documents it. */
export const objectClasses: readonly DescribedObjectClass[] = [{
  name: ACCOUNT,
  aliases: [],
  operations: ['create', 'read', 'query', 'update', 'delete', 'sync', 'authenticate', 'resolveUsername'],
  attributes: [
    { name: NAME, type: 'String', required: true, flags: [], notes: 'value of keyColumn, the identifier of the row' },
    { name: '__UID__', type: 'String', required: null, flags: [], notes: 'value of keyColumn' },
    { name: PASSWORD, type: 'String', required: null, flags: ['NOT_RETURNED_BY_DEFAULT'], notes: 'value of passwordColumn when set; returned on explicit request only, and never while suppressPassword is true' },
    { name: '<each other column of the table>', type: 'String', required: null, flags: [], notes: 'numbers, booleans and bytes in their own types, as with the Java connector; times as text, in the form of java.sql.Timestamp with nativeTimestamps or allNative' },
  ],
}];

/** java.sql types as Java maps them. */
const TYPES: Readonly<Record<SqlKind, string>> = {
  boolean: 'Boolean', integer: 'Integer', long: 'Long', float: 'Float', double: 'Double', decimal: 'BigDecimal', text: 'String', binary: 'byte[]',
  date: 'String', time: 'String', timestamp: 'String', timestampWithZone: 'String',
};

const OPTIONS: readonly OperationOptionInfo[] = [
  { name: OPTION.attributesToGet, type: 'String[]' },
  { name: OPTION.pageSize, type: 'Integer' },
  { name: OPTION.pagedResultsCookie, type: 'String' },
  { name: OPTION.pagedResultsOffset, type: 'Integer' },
];

function attributesOf(table: Table, isPasswordReadable: boolean): AttributeInfo[] {
  return [
    attributeInfo(NAME, 'String', 'REQUIRED'),
    ...(table.password === undefined ? [] : [attributeInfo(PASSWORD, 'GuardedString', ...(isPasswordReadable ? [] : ['NOT_READABLE' as const]), 'NOT_RETURNED_BY_DEFAULT')]),
    ...table.attributeColumns.map((column) => attributeInfo(column.name, TYPES[column.kind],
      ...(column.nullable || column.generated ? [] : ['REQUIRED' as const]), ...(column.kind === 'binary' ? ['NOT_RETURNED_BY_DEFAULT' as const] : []))),
  ];
}

/** One object class whose attributes are the table's columns, read anew each time. The changeLogColumn is not among them. */
export async function schema(session: DatabaseTableSession, call: Call): Promise<Schema> {
  const table = await describedTable(session, call);
  const operations: ApiOperation[] = [
    ...(table.password === undefined ? [] : ['AuthenticationApiOp' as const]), 'CreateApiOp', 'DeleteApiOp', 'GetApiOp', 'ResolveUsernameApiOp', 'SearchApiOp',
    ...(table.changeLog === undefined ? [] : ['SyncApiOp' as const]), 'UpdateApiOp',
  ];
  return {
    objectClasses: [{ type: ACCOUNT, isContainer: false, attributes: attributesOf(table, !session.config.suppressPassword) }],
    operationOptions: OPTIONS,
    objectClassesByOperation: new Map(operations.map((operation) => [operation, [ACCOUNT]])),
    optionsByOperation: new Map<ApiOperation, readonly string[]>([
      ['SearchApiOp', OPTIONS.map((option) => option.name)],
      ['GetApiOp', [OPTION.attributesToGet]],
      ...(table.changeLog === undefined ? [] : [['SyncApiOp', [OPTION.attributesToGet]] as const]),
    ]),
  };
}
