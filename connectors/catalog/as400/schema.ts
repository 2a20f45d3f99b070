import { ACCOUNT, ENABLE, GROUP, NAME, OPTION, PASSWORD, UID, attributeInfo, type ApiOperation, type AttributeFlag, type AttributeInfo, type OperationOptionInfo, type Schema } from '../../../protocol/model/index.js';
import type { DescribedAttribute, DescribedObjectClass } from '../../framework/spi.js';
import { GROUP_ATTRIBUTES, PROFILE_ATTRIBUTES, type ProfileAttribute } from './attributes/profile-attributes.js';

function infoOf({ name, type, isMultiValued, write, read, isFixed }: ProfileAttribute): AttributeInfo {
  const flags: AttributeFlag[] = [
    ...(isMultiValued ? ['MULTIVALUED' as const] : []),
    ...(write === undefined ? ['NOT_CREATABLE' as const, 'NOT_UPDATEABLE' as const] : isFixed ? ['NOT_UPDATEABLE' as const] : []),
    ...(read === undefined ? ['NOT_READABLE' as const] : []),
  ];
  return attributeInfo(name, type, ...flags);
}

const ACCOUNT_ATTRIBUTES: readonly AttributeInfo[] = [
  attributeInfo(NAME, 'String', 'REQUIRED', 'NOT_UPDATEABLE'), attributeInfo('USPRF', 'String', 'NOT_UPDATEABLE', 'NOT_RETURNED_BY_DEFAULT'),
  attributeInfo(PASSWORD, 'GuardedString', 'NOT_READABLE'), attributeInfo('PASSWORD', 'GuardedString', 'NOT_READABLE'),
  attributeInfo('DOCPWD', 'GuardedString', 'NOT_READABLE'),
  attributeInfo(ENABLE, 'boolean'), attributeInfo('STATUS', 'String', 'NOT_RETURNED_BY_DEFAULT'),
  ...PROFILE_ATTRIBUTES.map(infoOf),
];
const GROUP_INFOS: readonly AttributeInfo[] = [attributeInfo(NAME, 'String', 'NOT_CREATABLE', 'NOT_UPDATEABLE'), ...GROUP_ATTRIBUTES.map(infoOf)];

const OPTIONS: readonly OperationOptionInfo[] = [{ name: OPTION.attributesToGet, type: 'String[]' }];
const READS: readonly ApiOperation[] = ['GetApiOp', 'SearchApiOp'];
const WRITES: readonly ApiOperation[] = ['CreateApiOp', 'DeleteApiOp', 'UpdateApiOp'];

export async function schema(): Promise<Schema> {
  return Promise.resolve({
    objectClasses: [
      { type: ACCOUNT, isContainer: false, attributes: ACCOUNT_ATTRIBUTES },
      { type: GROUP, isContainer: false, attributes: GROUP_INFOS },
    ],
    operationOptions: OPTIONS,
    objectClassesByOperation: new Map([
      ...READS.map((operation): [ApiOperation, readonly string[]] => [operation, [ACCOUNT, GROUP]]),
      ...WRITES.map((operation): [ApiOperation, readonly string[]] => [operation, [ACCOUNT]]),
    ]),
    optionsByOperation: new Map([['SearchApiOp', [OPTION.attributesToGet]], ['GetApiOp', [OPTION.attributesToGet]]]),
  });
}

const TYPES: Readonly<Record<string, string>> = { int: 'Integer', boolean: 'Boolean', GuardedString: 'String' };

function described({ name, type, flags }: AttributeInfo): DescribedAttribute {
  return { name, type: TYPES[type] ?? type, required: flags.includes('REQUIRED'), flags: flags.filter((flag) => flag !== 'REQUIRED') };
}

/** Not part of a schema, since every object has it. */
const UID_ATTRIBUTE: DescribedAttribute = { name: UID, type: 'String', required: null, flags: [], notes: 'the profile name, as __NAME__' };

/** As the specification documents it. */
export const objectClasses: readonly DescribedObjectClass[] = [
  { name: ACCOUNT, aliases: ['Users'], operations: ['create', 'read', 'query', 'update', 'delete'], attributes: [UID_ATTRIBUTE, ...ACCOUNT_ATTRIBUTES.map(described)] },
  { name: GROUP, aliases: ['Groups'], operations: ['read', 'query'], attributes: [UID_ATTRIBUTE, ...GROUP_INFOS.map(described)] },
];
