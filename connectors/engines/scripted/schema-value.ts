import {
  ConnectorError, attributeInfo, type ApiOperation, type AttributeFlag, type AttributeInfo, type IcfValue, type ObjectClassInfo, type OperationOptionInfo, type Schema,
} from '../../../protocol/model/index.js';

function refuse(what: string): never {
  throw new ConnectorError('connector', `The schema of the script ${what}.`);
}

const FLAGS: ReadonlyMap<string, AttributeFlag> = new Map((['REQUIRED', 'MULTIVALUED', 'NOT_CREATABLE', 'NOT_UPDATEABLE', 'NOT_READABLE', 'NOT_RETURNED_BY_DEFAULT'] as const).flatMap(
  // Groovy's builder and IDM's JSON schema write them both ways.
  (flag): [string, AttributeFlag][] => [[flag, flag], [flag.toLowerCase().replaceAll('_', ''), flag]],
));
/** Operations on objects: for all object classes, unless one says otherwise. */
const ON_OBJECTS: readonly ApiOperation[] = [
  'AuthenticationApiOp', 'CreateApiOp', 'DeleteApiOp', 'GetApiOp', 'ResolveUsernameApiOp', 'SearchApiOp', 'SyncApiOp', 'UpdateApiOp',
];

type Given = ReadonlyMap<IcfValue, IcfValue>;

/**
 * What a schema script answers: `{objectClasses: [{type, container?, attributes, operations?}], options?: {name: type}}`. `attributes` is
 * `{name: 'String', groups: {type: 'String', multivalued: true}}` or a list of `{name, type, flags: ['MULTIVALUED']}`; types are ICF's
 * names. `operations`: names such as `SearchApiOp` where a class has not all that scripts serve. Throws `connector` for anything else.
 */
export function schemaOf(given: IcfValue, offered: readonly ApiOperation[]): Schema {
  const schema = given instanceof Map ? given as Given : refuse('has to be an object: return {objectClasses: […]}');
  const classes = listOf(schema.get('objectClasses'), 'objectClasses').map((one) => objectClassOf(one, offered));
  if (classes.length === 0) refuse('has no object class');
  const operationOptions = optionsOf(schema.get('options'));
  const objectClassesByOperation = new Map(offered.filter((operation) => ON_OBJECTS.includes(operation)).map((operation): [ApiOperation, string[]] => [
    operation, classes.filter(({ operations }) => operations.includes(operation)).map(({ info }) => info.type),
  ]));
  return {
    objectClasses: classes.map(({ info }) => info), operationOptions, objectClassesByOperation,
    optionsByOperation: new Map([...objectClassesByOperation.keys()].map((operation) => [operation, operationOptions.map(({ name }) => name)])),
  };
}

function objectClassOf(given: IcfValue, offered: readonly ApiOperation[]): { readonly info: ObjectClassInfo; readonly operations: readonly ApiOperation[] } {
  const own = given instanceof Map ? given as Given : refuse('has an object class that is no object');
  const type = textOf(own.get('type'), 'the type of an object class');
  const chosen = own.get('operations');
  const operations = chosen === undefined || chosen === null ? offered : listOf(chosen, `operations of ${type}`)
    .map((name) => textOf(name, `an operation of ${type}`)).map((name) => offered.find((operation) => operation === name || operation === `${name}Op`)).filter((name) => name !== undefined);
  return { info: { type, isContainer: own.get('container') === true || own.get('isContainer') === true, attributes: attributesOf(own.get('attributes'), type) }, operations };
}

function attributesOf(given: IcfValue | undefined, type: string): AttributeInfo[] {
  if (given instanceof Map) return [...given as Given].map(([name, value]) => attributeOf(textOf(name, `an attribute of ${type}`), value, type));
  return listOf(given, `attributes of ${type}`).map((one) => attributeOf(textOf(one instanceof Map ? one.get('name') : one, `an attribute of ${type}`), one instanceof Map ? one : null, type));
}

function attributeOf(name: string, given: IcfValue, type: string): AttributeInfo {
  if (!(given instanceof Map)) return attributeInfo(name, given === null ? 'String' : textOf(given, `the type of ${type}.${name}`));
  const own = given as Given;
  const named = own.get('type');
  const flags = new Set(own.has('flags') ? listOf(own.get('flags'), `flags of ${type}.${name}`).map((flag) => flagOf(flag, `${type}.${name}`)) : []);
  for (const [key, value] of own) if (value === true && typeof key === 'string' && FLAGS.has(key.toLowerCase())) flags.add(flagOf(key, `${type}.${name}`));
  return attributeInfo(name, named === undefined || named === null ? 'String' : textOf(named, `the type of ${type}.${name}`), ...flags);
}

function flagOf(given: IcfValue, where: string): AttributeFlag {
  const text = typeof given === 'string' ? given : '';
  return FLAGS.get(text) ?? FLAGS.get(text.toLowerCase()) ?? refuse(`has a flag of ${where} there is none of: use REQUIRED, MULTIVALUED, NOT_CREATABLE, NOT_UPDATEABLE, NOT_READABLE, NOT_RETURNED_BY_DEFAULT`);
}

function optionsOf(given: IcfValue | undefined): OperationOptionInfo[] {
  if (given === undefined || given === null) return [];
  if (!(given instanceof Map)) return refuse('has options that are no object: {name: type}');
  return [...given as Given].map(([name, type]) => ({ name: textOf(name, 'an option'), type: textOf(type, 'the type of an option') }));
}

function listOf(given: IcfValue | undefined, what: string): readonly IcfValue[] {
  return Array.isArray(given) ? given : given instanceof Set ? [...given] : refuse(`needs ${what} as a list`);
}

function textOf(given: IcfValue | undefined, what: string): string {
  return typeof given === 'string' && given.trim() !== '' ? given : refuse(`has no text for ${what}`);
}
