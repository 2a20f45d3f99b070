import { ACCOUNT, ENABLE, GROUP, NAME, OPTION, PASSWORD, attributeInfo, type ApiOperation, type AttributeInfo, type OperationOptionInfo, type Schema } from '../../../protocol/model/index.js';
import type { DescribedAttribute, DescribedObjectClass } from '../../framework/spi.js';
import { ATTRIBUTE_FLAGS } from './account-object.js';
import { ACCOUNT_SEGMENT_ATTRIBUTES, GROUP_SEGMENT_ATTRIBUTES, type SegmentAttribute } from './attributes/segment-attributes.js';
import type { Segment } from './attributes/segments.js';
import type { RacfSession } from './connection.js';

function segmentInfo({ name, type, isList }: SegmentAttribute): AttributeInfo {
  return attributeInfo(name, type, ...(isList ? ['MULTIVALUED' as const] : []));
}

const unchangeable = (name: string): AttributeInfo => attributeInfo(name, 'String', 'NOT_CREATABLE', 'NOT_UPDATEABLE');

const ACCOUNT_BASE: readonly AttributeInfo[] = [
  attributeInfo(NAME, 'String', 'REQUIRED', 'NOT_UPDATEABLE'), attributeInfo('userId', 'String', 'REQUIRED', 'NOT_UPDATEABLE'),
  attributeInfo('NAME'), attributeInfo('OWNER'), attributeInfo('DFLTGRP', 'String', 'NOT_UPDATEABLE'),
  attributeInfo('AUTHORITY', 'String', 'NOT_RETURNED_BY_DEFAULT'),
  attributeInfo(PASSWORD, 'GuardedString', 'NOT_READABLE'), attributeInfo('PHRASE', 'GuardedString', 'NOT_READABLE'),
  attributeInfo('REVOKE'), attributeInfo('RESUME'), attributeInfo('WHEN', 'Map'), attributeInfo('CLAUTH', 'String', 'MULTIVALUED'), attributeInfo('MODEL'),
  attributeInfo('GROUP', 'String', 'MULTIVALUED', 'NOT_RETURNED_BY_DEFAULT'), attributeInfo('SECLABEL', 'String', 'NOT_UPDATEABLE'),
  ...ATTRIBUTE_FLAGS.map((name) => attributeInfo(name, 'boolean', 'NOT_RETURNED_BY_DEFAULT')),
  attributeInfo('ATTRIBUTES', 'String', 'MULTIVALUED'), attributeInfo(ENABLE, 'boolean'),
  ...['LAST-ACCESS', 'PASS-INTERVAL', 'PHRASEDATE', 'PASSDATE', 'SECLEVEL'].map(unchangeable),
];

const GROUP_BASE: readonly AttributeInfo[] = [
  attributeInfo(NAME, 'String', 'REQUIRED', 'NOT_UPDATEABLE'), attributeInfo('GID', 'String', 'REQUIRED', 'NOT_UPDATEABLE'),
  attributeInfo('NAME', 'String', 'NOT_UPDATEABLE', 'NOT_RETURNED_BY_DEFAULT'), attributeInfo('OWNER'), attributeInfo('MODEL'), attributeInfo('SUPGROUP'),
  attributeInfo('TERMUACC', 'boolean', 'NOT_UPDATEABLE'), attributeInfo('UNIVERSAL', 'boolean', 'NOT_UPDATEABLE'), attributeInfo('DATA'),
  unchangeable('CREATED'), attributeInfo('SUBGROUP', 'String', 'MULTIVALUED', 'NOT_CREATABLE', 'NOT_UPDATEABLE'),
  attributeInfo('Users', 'String', 'MULTIVALUED', 'NOT_CREATABLE', 'NOT_UPDATEABLE'),
];

const OPTIONS: readonly OperationOptionInfo[] = [{ name: OPTION.attributesToGet, type: 'String[]' }];
const OPERATIONS: readonly ApiOperation[] = ['CreateApiOp', 'DeleteApiOp', 'GetApiOp', 'SearchApiOp', 'UpdateApiOp'];

function infosOf(table: readonly SegmentAttribute[], segments: readonly Segment[]): AttributeInfo[] {
  return table.filter(({ segment }) => segments.includes(segment)).map(segmentInfo);
}

/** The attributes of BASE, and of the segments that are configured. */
export async function schema({ segments, config }: RacfSession): Promise<Schema> {
  // Names are taken where objects are returned.
  const memberships = attributeInfo('__GROUP__', config.groupDetails ? 'Object' : 'String', 'MULTIVALUED');
  return {
    objectClasses: [
      { type: ACCOUNT, isContainer: false, attributes: [...ACCOUNT_BASE, memberships, ...infosOf(ACCOUNT_SEGMENT_ATTRIBUTES, segments)] },
      { type: GROUP, isContainer: false, attributes: [...GROUP_BASE, ...infosOf(GROUP_SEGMENT_ATTRIBUTES, segments)] },
    ],
    operationOptions: OPTIONS,
    objectClassesByOperation: new Map(OPERATIONS.map((operation) => [operation, [ACCOUNT, GROUP]])),
    optionsByOperation: new Map([['SearchApiOp', [OPTION.attributesToGet]], ['GetApiOp', [OPTION.attributesToGet]]]),
  };
}

const TYPES: Readonly<Record<string, string>> = { int: 'Integer', boolean: 'Boolean', GuardedString: 'String', Map: 'Object', Object: 'any' };

function described({ name, type, flags }: AttributeInfo): DescribedAttribute {
  return { name, type: TYPES[type] ?? type, required: flags.includes('REQUIRED'), flags: flags.filter((flag) => flag !== 'REQUIRED') };
}

const ALL_OPERATIONS = ['create', 'read', 'query', 'update', 'delete'];

/** As the specification documents it, every segment's attributes among them. */
export const objectClasses: readonly DescribedObjectClass[] = [
  {
    name: ACCOUNT, aliases: [], operations: ALL_OPERATIONS,
    attributes: [...ACCOUNT_BASE, attributeInfo('__GROUP__', 'Object', 'MULTIVALUED'), ...ACCOUNT_SEGMENT_ATTRIBUTES.map(segmentInfo)].map(described),
  },
  { name: GROUP, aliases: [], operations: ALL_OPERATIONS, attributes: [...GROUP_BASE, ...GROUP_SEGMENT_ATTRIBUTES.map(segmentInfo)].map(described) },
];
