import { NAME, OPTION, attributeInfo, type ApiOperation, type ObjectClassInfo, type Schema } from '../../../protocol/model/index.js';
import type { Call, DescribedAttribute, DescribedObjectClass } from '../../framework/spi.js';
import { string, type RestAttribute } from './attributes.js';
import type { RestObjectClass } from './definition.js';
import { classesOf, restCall, type AnyRestConnector, type Classes, type RestSession } from './rest-session.js';

const SEARCH_OPTIONS = [
  { name: OPTION.attributesToGet, type: 'String[]' }, { name: OPTION.pageSize, type: 'Integer' },
  { name: OPTION.pagedResultsCookie, type: 'String' }, { name: OPTION.pagedResultsOffset, type: 'Integer' },
];

/** The table, with a name where it has none of its own: ICF wants one. */
function attributesOf({ attributes, create, update }: RestObjectClass): readonly (readonly [string, RestAttribute])[] {
  const own = Object.entries(attributes);
  return attributes[NAME] === undefined ? [[NAME, string({ readOnly: create === undefined && update === undefined })], ...own] : own;
}

function classInfo(type: string, definition: RestObjectClass): ObjectClassInfo {
  const isWritten = definition.create !== undefined || definition.update !== undefined;
  return {
    type, isContainer: false,
    attributes: attributesOf(definition).map(([name, attribute]) => attributeInfo(name, attribute.type, ...new Set([...attribute.flags, ...(isWritten ? [] : ['NOT_CREATABLE', 'NOT_UPDATEABLE'] as const)]))),
  };
}

type Offers = (definition: RestObjectClass) => boolean;
const linksCanChange: Offers = ({ attributes }) => Object.values(attributes).some(({ linked }) => linked?.add !== undefined || linked?.remove !== undefined);
const OFFERED: readonly (readonly [ApiOperation, Offers])[] = [
  ['SearchApiOp', ({ list, read }) => list !== undefined || read !== undefined], ['GetApiOp', ({ list, read }) => list !== undefined || read !== undefined],
  ['CreateApiOp', ({ create }) => create !== undefined], ['UpdateApiOp', (definition) => definition.update !== undefined || linksCanChange(definition)],
  ['DeleteApiOp', (definition) => definition.delete !== undefined], ['SyncApiOp', ({ sync }) => sync !== undefined],
];

function schemaOf(classes: Classes): Schema {
  const offered = OFFERED.map(([operation, offers]) => [operation, [...classes].filter(([, definition]) => offers(definition)).map(([name]) => name)] as const).filter(([, names]) => names.length > 0);
  return {
    objectClasses: [...classes].map(([name, definition]) => classInfo(name, definition)),
    operationOptions: SEARCH_OPTIONS,
    objectClassesByOperation: new Map<ApiOperation, readonly string[]>(offered),
    optionsByOperation: new Map<ApiOperation, readonly string[]>([['SearchApiOp', SEARCH_OPTIONS.map(({ name }) => name)], ['GetApiOp', [OPTION.attributesToGet]]]),
  };
}

export async function schema(session: RestSession, call: Call): Promise<Schema> {
  return schemaOf(await classesOf(session, restCall(session, call, 'schema')));
}

/** What the uid is called where people meet it: in answers of the REST interface of controllers. */
const UID_AS_READ: DescribedAttribute = { name: '_id', type: 'String', required: null, flags: [], notes: 'the uid' };

function described(name: string, { type, flags, notes }: RestAttribute): DescribedAttribute {
  return {
    name, ...(flags.includes('MULTIVALUED') ? { type: 'Array', items: type } : { type }), required: flags.includes('REQUIRED'),
    flags: flags.filter((flag) => flag === 'MULTIVALUED' || flag === 'NOT_RETURNED_BY_DEFAULT'), ...(notes === undefined ? {} : { notes }),
  };
}

/** The classes of a definition as reference pages show them. */
export function describedClasses({ objectClasses, discovered, described: further = [] }: AnyRestConnector): readonly DescribedObjectClass[] {
  const own = (Object.entries({ ...discovered, ...objectClasses }) as [string, RestObjectClass][]).map(([name, definition]): DescribedObjectClass => ({
    name, aliases: definition.aliases ?? [],
    operations: [
      ...(definition.create === undefined ? [] : ['create']), ...(definition.read === undefined ? [] : ['read']), ...(definition.list === undefined ? [] : ['query']),
      ...(definition.update === undefined && !linksCanChange(definition) ? [] : ['update']), ...(definition.delete === undefined ? [] : ['delete']),
    ],
    attributes: [UID_AS_READ, ...attributesOf(definition).map(([attribute, declared]) => described(attribute, declared))],
  }));
  return [...own, ...further];
}

