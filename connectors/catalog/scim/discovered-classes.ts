import { ACCOUNT, ConnectorError, GROUP, NAME } from '../../../protocol/model/index.js';
import {
  attributes, boolean, double, integer, isJsonObject, object, objectsAt, password, string, textAt, valueAt, type Json, type JsonObject, type RequestLine,
  type RestAttribute, type RestAttributes, type RestCall, type RestObjectClass,
} from '../../engines/rest/index.js';
import type { ScimConfig, Version } from './config.js';
import { membersAttribute } from './members.js';
import { scimClass } from './resource-class.js';
import { common, icfNames } from './schema.js';

/** A type of resources as the service describes it; of each attribute, the extension it is of. */
interface ResourceType { readonly name: string; readonly endpoint: string; readonly schema: string; readonly described: readonly { readonly attribute: JsonObject; readonly extension: string | undefined }[] }

const CLASS_NAMES: ReadonlyMap<string, string> = new Map([['User', ACCOUNT], ['Group', GROUP]]);
const ENDPOINT = /^\/?[\w.~-]+(?:\/[\w.~-]+)*$/;
const NAMES = ['userName', 'displayName', 'name'];

/** What the service says of its resources: RFC 7643, sections 6 and 7; SCIM 1.1 core schema, section 10. */
export async function discoveredClasses(call: RestCall, version: Version, usesPath: boolean): Promise<Readonly<Record<string, RestObjectClass<ScimConfig>>>> {
  const types = version === 1 ? await types11(call) : await types20(call);
  const usable = types.filter(({ endpoint }) => ENDPOINT.test(endpoint));
  if (usable.length === 0) throw new ConnectorError('connector', 'The service tells of no resource types with a schema; set readSchema to false to use those of the standard.');
  return Object.fromEntries(usable.map((type) => [CLASS_NAMES.get(type.name) ?? type.name, classOf(type, version, usesPath)]));
}

/** Of a list response, or a bare list. Paging does not apply to them (RFC 7644, section 4). */
async function all(call: RestCall, request: RequestLine): Promise<readonly JsonObject[]> {
  const json = await call.send(request);
  const list = Array.isArray(json) ? json as readonly Json[] : valueAt(json, 'Resources');
  if (!Array.isArray(list)) throw new ConnectorError('connector', `The service's answer to ${request} has no list of resources; set readSchema to false to use the schema of the standard.`);
  return (list as readonly Json[]).filter(isJsonObject);
}

async function types20(call: RestCall): Promise<readonly ResourceType[]> {
  const schemas = new Map((await all(call, 'GET /Schemas')).map((schema) => [textAt(schema, 'id') ?? '', schema] as const));
  return (await all(call, 'GET /ResourceTypes')).map((type) => {
    const schema = textAt(type, 'schema') ?? '';
    const of = (urn: string, extension?: string) => objectsAt(schemas.get(urn), 'attributes').map((attribute) => ({ attribute, extension }));
    const extensions = objectsAt(type, 'schemaExtensions').map((extension) => textAt(extension, 'schema') ?? '');
    return { name: textAt(type, 'name') ?? '', endpoint: textAt(type, 'endpoint') ?? '', schema, described: [...of(schema), ...extensions.flatMap((urn) => of(urn, urn))] };
  });
}

/** There a schema describes a resource with all extensions; attributes name the schema they are of. */
async function types11(call: RestCall): Promise<readonly ResourceType[]> {
  return (await all(call, 'GET /Schemas')).map((type) => {
    const schema = textAt(type, 'schema') ?? 'urn:scim:schemas:core:1.0';
    const described = objectsAt(type, 'attributes').map((attribute) => {
      const own = textAt(attribute, 'schema');
      return { attribute, extension: own === undefined || own === schema ? undefined : own };
    });
    return { name: textAt(type, 'name') ?? '', endpoint: textAt(type, 'endpoint') ?? '', schema, described };
  });
}

function classOf({ endpoint: given, schema, described }: ResourceType, version: Version, usesPath: boolean): RestObjectClass<ScimConfig> {
  const endpoint = given.startsWith('/') ? given : `/${given}`;
  const members = membersAttribute({ version, endpoint, schema });
  const table = tableOf(described.map((one) => (one.extension === undefined && textAt(one.attribute, 'name') === 'members' ? { ...one, made: members } : one)));
  const name = NAMES.find((one) => table[one]?.type === 'String' && !table[one].flags.includes('MULTIVALUED'));
  return scimClass({ version, usesPath, endpoint, schema, name, large: ['members', 'groups'].filter((one) => Object.hasOwn(table, one)), attributes: attributes(icfTable(table, name)), compared: comparedOf(table) });
}

/** Where a text stands: its name, or that of its extension before it. */
const TEXT_PLACE = /^(?:"([^"\s]+)"\.)?"([A-Za-z][\w-]*)"$/;

/** Paths of the texts, those of extensions with their URN before them (RFC 7644, section 3.10). */
function comparedOf(table: Readonly<Record<string, RestAttribute>>): Readonly<Record<string, string>> {
  const texts = Object.entries(table).filter(([, { type, flags }]) => type === 'String' && !flags.includes('MULTIVALUED') && !flags.includes('NOT_READABLE'));
  return Object.fromEntries(texts.flatMap(([key, { wire = '' }]) => {
    const [, extension, name] = TEXT_PLACE.exec(wire) ?? [];
    return name === undefined ? [] : [[key, extension === undefined ? name : `${extension}:${name}`]];
  }));
}

/** One name in two schemas: the first has it, the other is told by its schema. */
function tableOf(described: readonly (ResourceType['described'][number] & { readonly made?: RestAttribute })[]): Readonly<Record<string, RestAttribute>> {
  const table: Record<string, RestAttribute> = { ...common };
  for (const { attribute, extension, made } of described) {
    const name = textAt(attribute, 'name') ?? '';
    if (name === '' || `${name}${extension ?? ''}`.includes('"')) continue;
    const key = Object.hasOwn(table, name) && extension !== undefined ? `${extension}:${name}` : name;
    if (!Object.hasOwn(common, key)) table[key] = made ?? attributeOf(attribute, extension === undefined ? `"${name}"` : `"${extension}"."${name}"`);
  }
  return table;
}

/** With ICF's own names for what it knows. */
function icfTable(table: Readonly<Record<string, RestAttribute>>, name: string | undefined): RestAttributes {
  const own = Object.fromEntries(Object.entries(table).map(([key, attribute]) => [key, key === name ? { ...attribute, flags: attribute.flags.filter((flag) => flag !== 'REQUIRED') } : attribute]));
  const { __ENABLE__: enable, __PASSWORD__: secret } = icfNames;
  return {
    [NAME]: name === undefined ? string({ wire: 'id', unsent: 'always' }) : string({ wire: `"${name}"` }), ...own,
    ...(table['active']?.type === 'Boolean' ? { __ENABLE__: enable } : {}), ...(table['password'] === undefined ? {} : { __PASSWORD__: secret }),
  };
}

/** RFC 7643, section 2.3. */
const TYPES = { boolean, integer, decimal: double, complex: object } as const;
type Described = { readonly type?: string; readonly mutability?: string; readonly readOnly?: boolean; readonly required?: boolean; readonly multiValued?: boolean; readonly name?: string };

/** What the service decides is taken and not sent: RFC 7644, section 3.3 has it ignored. */
function attributeOf(json: JsonObject, wire: string): RestAttribute {
  const { type = 'string', mutability, readOnly, required, multiValued, name } = json as Described;
  if (name === 'password') return password({ wire });
  const isItsOwn = mutability === 'readOnly' || readOnly === true;
  const make = Object.hasOwn(TYPES, type) ? TYPES[type as keyof typeof TYPES] : string;
  return make({
    wire, ...(multiValued === true ? { multi: true } : {}), ...(isItsOwn ? { unsent: 'always' as const } : {}), ...(required === true && !isItsOwn ? { required: true } : {}),
    ...(mutability === 'immutable' ? { createOnly: true } : {}), ...(mutability === 'writeOnly' ? { writeOnly: true } : {}),
  });
}
