import { on, type ErrorRule } from '../../engines/http/answer-errors.js';

const CODE = '[0].errorCode';
const code = (...is: readonly string[]) => ({ at: CODE, is });

/** Answers are `[{ errorCode, message, fields }]` (https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm; codes: .../api/sforce_api_calls_concepts_core_data_objects.htm). */
export const errors: readonly ErrorRule[] = [
  on([400, 409], code('DUPLICATE_USERNAME', 'DUPLICATE_COMM_NICKNAME', 'DUPLICATE_VALUE', 'DUPLICATES_DETECTED', 'DUPLICATE_EXTERNAL_ID', 'DUPLICATE_DEVELOPER_NAME')).fail('alreadyExists'),
  on([400, 404], code('ENTITY_IS_DELETED', 'INSUFFICIENT_ACCESS_ON_DELETED_ENTITY')).fail('unknownUid'),
  on(403, code('REQUEST_LIMIT_EXCEEDED')).fail('retryable', { advice: 'The org has used up its requests to the API; try again later, or raise its limit.' }),
  on(400, code('UNABLE_TO_LOCK_ROW')).fail('retryable', { advice: 'Somebody else is changing the record; try again.' }),
  on([400, 500], code('QUERY_TIMEOUT')).fail('operationTimeout', { advice: 'Ask for fewer records, or by a field that is indexed.' }),
  on(400, code('INVALID_QUERY_LOCATOR')).fail('illegalArgument', { advice: 'The place in the list is no longer known; start again without a cookie.' }),
  on(400, code('INSUFFICIENT_ACCESS', 'INSUFFICIENT_ACCESS_OR_READONLY', 'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY', 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'API_DISABLED_FOR_ORG')).fail('permissionDenied'),
  on(400, code('LICENSE_LIMIT_EXCEEDED')).fail('connector', { advice: 'Buy further licenses, or take one from somebody.' }),
  on(400, code('INVALID_FIELD', 'INVALID_TYPE', 'MALFORMED_QUERY', 'INVALID_QUERY_FILTER_OPERATOR')).fail('connector', { during: ['search', 'get', 'sync', 'schema'] }),
  // https://help.salesforce.com/s/articleView?id=000386264
  on([414, 431]).fail('illegalArgument', { advice: 'Salesforce takes addresses of 16,384 characters, fields and conditions of a query included: ask for fewer attributes, or by a shorter filter.' }),
  // A value that is no id has the name of its field beside it; the id of the record itself has none.
  on([400, 404], { at: '[0].fields[0]' }).fail('invalidAttributeValue'),
  on([400, 404], code('MALFORMED_ID')).fail('unknownUid', { during: ['get', 'search', 'update', 'delete'] }),
];
