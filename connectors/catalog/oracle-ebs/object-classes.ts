import {
  ACCOUNT, ConnectorError, ENABLE, NAME, OPTION, PASSWORD, attributeInfo,
  type ApiOperation, type AttributeFlag, type AttributeInfo, type Schema,
} from '../../../protocol/model/index.js';
import type { DescribedAttribute, DescribedObjectClass } from '../../framework/spi.js';
import { RESPONSIBILITY_COLUMNS, USER_COLUMNS, type EbsColumn } from './columns.js';

export const RESPONSIBILITY = 'RESPONSIBILITY';

const DESCRIBED_TYPES = { text: 'String', digits: 'String', number: 'Integer', date: 'String' } as const;

function described({ attribute, kind, parameter, hidden }: EbsColumn): DescribedAttribute {
  const notes = hidden === true ? 'can only be compared, never read' : parameter === undefined ? 'set by EBS' : undefined;
  return { name: attribute, type: DESCRIBED_TYPES[kind], required: null, flags: [], ...(notes === undefined ? {} : { notes }) };
}

export const objectClasses: readonly DescribedObjectClass[] = [
  {
    name: ACCOUNT, aliases: [], operations: ['create', 'read', 'query', 'update'],
    attributes: [
      { name: '_id', type: 'String', required: null, flags: [], notes: 'the uid: USER_ID' },
      { name: NAME, type: 'String', required: true, flags: [], notes: 'user name, at most 100 characters; EBS keeps it in upper case' },
      { name: PASSWORD, type: 'String', required: null, flags: [], notes: 'never returned' },
      { name: ENABLE, type: 'Boolean', required: null, flags: [], notes: 'whether today is within START_DATE and END_DATE; true sets START_DATE to today and clears END_DATE, false sets END_DATE to today' },
      ...USER_COLUMNS.map(described),
      { name: RESPONSIBILITY, type: 'Array', required: null, flags: ['MULTIVALUED'], notes: 'objects of RESP_APP, RESP_KEY, RESPONSIBILITY_SECURITY_GROUP, RESPONSIBILITY_DESCRIPTION, RESPONSIBILITY_START_DATE, RESPONSIBILITY_END_DATE' },
    ],
  },
  {
    name: RESPONSIBILITY, aliases: [], operations: ['query'],
    attributes: [
      { name: '_id', type: 'String', required: null, flags: [], notes: 'the uid: RESPONSIBILITY_ID' },
      { name: NAME, type: 'String', required: null, flags: [], notes: 'RESPONSIBILITY_KEY' },
      ...RESPONSIBILITY_COLUMNS.map((column) => ({ ...described(column), notes: 'set by EBS' })),
    ],
  },
];

const READ_ONLY: readonly AttributeFlag[] = ['NOT_CREATABLE', 'NOT_UPDATEABLE'];

function info({ attribute, kind, parameter, hidden, onRequest }: EbsColumn): AttributeInfo {
  const flags: AttributeFlag[] = [...(parameter === undefined ? READ_ONLY : []), ...(hidden === true ? ['NOT_READABLE' as const] : []), ...(onRequest === true ? ['NOT_RETURNED_BY_DEFAULT' as const] : [])];
  return attributeInfo(attribute, DESCRIBED_TYPES[kind], ...flags);
}

const OPTIONS = [
  { name: OPTION.attributesToGet, type: 'String[]' }, { name: OPTION.pageSize, type: 'Integer' },
  { name: OPTION.pagedResultsCookie, type: 'String' }, { name: OPTION.pagedResultsOffset, type: 'Integer' },
];
const READING: readonly ApiOperation[] = ['GetApiOp', 'SearchApiOp', 'SyncApiOp'];
const BOTH = [ACCOUNT, RESPONSIBILITY];

/** Fixed: the tables behind it are those of Oracle Application Object Library. */
export async function schema(): Promise<Schema> {
  return {
    objectClasses: [
      {
        type: ACCOUNT, isContainer: false,
        attributes: [attributeInfo(NAME, 'String', 'REQUIRED'), attributeInfo(PASSWORD, 'GuardedString', 'NOT_READABLE'), attributeInfo(ENABLE, 'boolean'), ...USER_COLUMNS.map(info), attributeInfo(RESPONSIBILITY, 'Map', 'MULTIVALUED')],
      },
      { type: RESPONSIBILITY, isContainer: false, attributes: [attributeInfo(NAME, 'String', ...READ_ONLY), ...RESPONSIBILITY_COLUMNS.map((column) => info(column))] },
    ],
    operationOptions: OPTIONS,
    objectClassesByOperation: new Map<ApiOperation, readonly string[]>([...READING.map((operation) => [operation, BOTH] as const), ['CreateApiOp', [ACCOUNT]], ['UpdateApiOp', [ACCOUNT]]]),
    optionsByOperation: new Map<ApiOperation, readonly string[]>([['SearchApiOp', OPTIONS.map(({ name }) => name)], ['GetApiOp', [OPTION.attributesToGet]], ['SyncApiOp', [OPTION.attributesToGet]]]),
  };
}

/** Responsibilities are defined by developers and administrators of EBS: the connector only lists them. */
export function requireAccount(objectClass: string, operation: string): void {
  if (objectClass.toUpperCase() === ACCOUNT) return;
  const reason = objectClass.toUpperCase() === RESPONSIBILITY ? 'responsibilities can only be searched' : `there is no such object class; those of Oracle EBS are ${BOTH.join(' and ')}`;
  throw new ConnectorError('unsupportedOperation', `Oracle EBS: ${operation} of ${objectClass} is not possible: ${reason}.`, { outcome: 'notApplied' });
}
