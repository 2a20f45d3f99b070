import {
  ACCOUNT, NAME, OPTION, PASSWORD, attributeInfo,
  type ApiOperation, type AttributeInfo, type OperationOptionInfo, type Schema,
} from '../../../protocol/model/index.js';
import type { DescribedObjectClass } from '../../framework/spi.js';
import type { Columns } from './format/columns.js';
import { dataFile, type CsvSession } from './session.js';

/** As the specification documents it. */
export const objectClasses: readonly DescribedObjectClass[] = [{
  name: ACCOUNT,
  aliases: [],
  operations: ['create', 'read', 'query', 'update', 'delete', 'sync', 'authenticate', 'resolveUsername', 'batch'],
  attributes: [
    { name: NAME, type: 'String', required: true, flags: [], notes: 'value of the column whose header is headerUid; the same column gives the uid' },
    { name: '__UID__', type: 'String', required: null, flags: [], notes: 'value of the column whose header is headerUid' },
    { name: PASSWORD, type: 'String', required: null, flags: [], notes: 'value of the column whose header is headerPassword, when there is one' },
    { name: '<each other column header, blanks replaced by spaceReplacementString>', type: 'String', required: null, flags: [] },
  ],
}];

const OPTIONS: readonly OperationOptionInfo[] = [
  { name: OPTION.attributesToGet, type: 'String[]' },
  { name: OPTION.pageSize, type: 'Integer' },
  { name: OPTION.pagedResultsCookie, type: 'String' },
  { name: OPTION.pagedResultsOffset, type: 'Integer' },
];

const OPERATIONS: readonly ApiOperation[] = [
  'AuthenticationApiOp', 'CreateApiOp', 'DeleteApiOp', 'GetApiOp', 'ResolveUsernameApiOp', 'SearchApiOp', 'SyncApiOp', 'UpdateApiOp',
];

function attributesOf({ attributes, uid, password }: Columns): AttributeInfo[] {
  return attributes.map((name, index) => {
    if (index === uid) return attributeInfo(NAME, 'String', 'REQUIRED');
    return index === password ? attributeInfo(PASSWORD, 'GuardedString', 'NOT_READABLE') : attributeInfo(name);
  });
}

/** One object class whose attributes are the file's columns, read anew each time. */
export async function schema(session: CsvSession): Promise<Schema> {
  const table = await (await dataFile(session)).open(session.layout);
  try {
    return {
      objectClasses: [{ type: ACCOUNT, isContainer: false, attributes: attributesOf(table.columns) }],
      operationOptions: OPTIONS,
      objectClassesByOperation: new Map(OPERATIONS.map((operation) => [operation, [ACCOUNT]])),
      optionsByOperation: new Map([
        ['SearchApiOp', OPTIONS.map((option) => option.name)],
        ['GetApiOp', [OPTION.attributesToGet]],
        ['SyncApiOp', [OPTION.attributesToGet]],
      ]),
    };
  } finally {
    await table.close();
  }
}
