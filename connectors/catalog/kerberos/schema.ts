import { ACCOUNT, OPTION, type ApiOperation, type Schema } from '../../../protocol/model/index.js';
import { ATTRIBUTES } from './attributes.js';

const OPERATIONS: readonly ApiOperation[] = ['CreateApiOp', 'DeleteApiOp', 'GetApiOp', 'SearchApiOp', 'UpdateApiOp'];

/** As SchemaKerberos.groovy: principals, without sync, authentication and user names. */
export async function schema(): Promise<Schema> {
  return {
    objectClasses: [{ type: ACCOUNT, isContainer: false, attributes: ATTRIBUTES }],
    operationOptions: [{ name: OPTION.attributesToGet, type: 'String[]' }],
    objectClassesByOperation: new Map(OPERATIONS.map((operation) => [operation, [ACCOUNT]])),
    optionsByOperation: new Map([['SearchApiOp', [OPTION.attributesToGet]], ['GetApiOp', [OPTION.attributesToGet]]]),
  };
}
