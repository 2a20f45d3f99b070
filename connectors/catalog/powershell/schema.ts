import {
  ACCOUNT, ConnectorError, GROUP, attributeInfo,
  type ApiOperation, type AttributeFlag, type AttributeInfo, type IcfValue, type ObjectClassInfo, type Schema,
} from '../../../protocol/model/index.js';
import type { DescribedAttribute, DescribedObjectClass } from '../../framework/spi.js';
import { SCRIPT_SLOTS, config as table, type PowerShellConfig } from './config.js';

const attribute = (name: string, type = 'String', notes?: string): DescribedAttribute => ({ name, type, required: null, flags: [], ...(notes === undefined ? {} : { notes }) });

/** Object classes and attributes are what the scripts make of them; these are those of the sample scripts for Active Directory. */
export const objectClasses: readonly DescribedObjectClass[] = [
  {
    name: ACCOUNT, aliases: ['account'], operations: ['create', 'read', 'query', 'update', 'delete'],
    attributes: [
      attribute('_id', 'String', 'the uid: objectGUID'), attribute('distinguishedName'), attribute('sAMAccountName'), attribute('sn'), attribute('cn'), attribute('userPrincipalName'),
      attribute('enabled', 'Boolean'), attribute('password', 'String', 'never returned'), attribute('telephoneNumber'),
    ],
  },
  { name: GROUP, aliases: ['group'], operations: ['create', 'read', 'query', 'update', 'delete'], attributes: [] },
];

const FLAGS: ReadonlySet<string> = new Set<AttributeFlag>(['REQUIRED', 'MULTIVALUED', 'NOT_CREATABLE', 'NOT_UPDATEABLE', 'NOT_READABLE', 'NOT_RETURNED_BY_DEFAULT']);

function malformed(): never {
  throw new ConnectorError('connector', 'Schema script must return with Schema object: it has to call $Connector.SchemaBuilder.DefineObjectClass.');
}

function infoOf(value: IcfValue): AttributeInfo {
  if (!(value instanceof Map)) return malformed();
  const name = value.get('Name');
  const type = value.get('Type');
  const flags = value.get('Flags');
  if (typeof name !== 'string' || typeof type !== 'string') return malformed();
  return attributeInfo(name, type, ...(Array.isArray(flags) ? flags : []).filter((flag): flag is AttributeFlag => typeof flag === 'string' && FLAGS.has(flag)));
}

function classOf(value: IcfValue): ObjectClassInfo {
  if (!(value instanceof Map)) return malformed();
  const type = value.get('Type');
  const attributes = value.get('Attributes');
  if (typeof type !== 'string' || !Array.isArray(attributes)) return malformed();
  const infos = attributes.map(infoOf);
  return { type, isContainer: value.get('IsContainer') === true, attributes: infos.some(({ name }) => name === '__NAME__') ? infos : [attributeInfo('__NAME__', 'String', 'REQUIRED'), ...infos] };
}

/** What the schema script defined; every class is taken to work with every operation there is a script for. */
export function schemaOf(value: IcfValue, config: PowerShellConfig): Schema {
  if (!Array.isArray(value) || value.length === 0) return malformed();
  const classes = value.map(classOf);
  const names = classes.map(({ type }) => type);
  const offered = SCRIPT_SLOTS.filter((slot) => config[slot].trim() !== '').flatMap((slot) => table[slot].operations).filter((operation) => operation !== 'TestApiOp' && operation !== 'SchemaApiOp');
  return {
    objectClasses: classes, operationOptions: [],
    objectClassesByOperation: new Map(offered.map((operation): [ApiOperation, readonly string[]] => [operation, names])), optionsByOperation: new Map(),
  };
}
