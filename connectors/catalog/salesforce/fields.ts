import { ConnectorError, NAME, UID, type IcfValue } from '../../../protocol/model/index.js';
import {
  attributes, boolean, double, integer, jsonValue, long,
  object, string, valueAt, type Json, type RestAttribute, type RestAttributes, type RestCall,
} from '../../engines/rest/index.js';
import type { Comparable } from '../../engines/rest/filters/expressions.js';

/** A field, as the metadata of an object tell of it. */
export interface SalesforceField {
  readonly name: string;
  /** string, boolean, int, double, id, reference, picklist, datetime … */
  readonly type: string;
  readonly createable: boolean;
  readonly updateable: boolean;
  readonly filterable: boolean;
}

export interface DescribedObject {
  readonly fields: readonly SalesforceField[];
  readonly createable: boolean;
  readonly updateable: boolean;
  readonly deletable: boolean;
}

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm */
export async function describeObject(call: RestCall, type: string): Promise<DescribedObject> {
  const { json } = await call.answer('GET /sobjects/{type}/describe', { variables: { type }, accept: [404] });
  if (json === null) throw new ConnectorError('configuration', `Salesforce has no object ${type}, or does not show it to this user: see supportedObjectTypes.`);
  if (!Array.isArray(valueAt(json, 'fields'))) throw new ConnectorError('connector', `Salesforce does not tell the fields of ${type}.`);
  const described = json as unknown as DescribedObject;
  // Binary content is an address of its own, and no value of a query.
  return { ...described, fields: described.fields.filter((field) => field.type !== 'base64') };
}

const TYPES: Readonly<Record<string, () => RestAttribute>> = { boolean, int: integer, double, currency: double, percent: double, long, address: object, location: object, complexvalue: object };
const PATTERNED: ReadonlySet<string> = new Set(['string', 'email', 'phone', 'url', 'picklist', 'combobox']);
const isId = ({ type }: SalesforceField): boolean => type === 'id' || type === 'reference';

/** An empty text takes the value away. */
function textOrNothing(values: readonly IcfValue[] | null): Json {
  const [value = ''] = values ?? [];
  return value === '' ? null : jsonValue(value);
}

/** Callers send back whole objects, so that what Salesforce does not take is not sent. */
function attributeOf({ type, createable, updateable }: SalesforceField): RestAttribute {
  const made = (TYPES[type] ?? (() => string({ write: textOrNothing })))();
  return { ...made, unsent: createable ? (updateable ? undefined : 'onUpdate') : updateable ? 'onCreate' : 'always' };
}

/** The attributes of an object: its fields; id and name of a record are both its Id. */
export function attributesOf(fields: readonly SalesforceField[]): RestAttributes {
  return attributes({ [NAME]: string({ wire: 'Id', unsent: 'always', notes: 'the Id' }), ...Object.fromEntries(fields.map((field) => [field.name, attributeOf(field)])) });
}

/** What conditions can be about. Texts compare without regard to case there, so the facade looks again. */
export function comparablesOf(fields: readonly SalesforceField[]): Readonly<Record<string, Comparable>> {
  const rows = fields.filter(({ filterable }) => filterable).flatMap((field): [string, Comparable][] => {
    const { name, type } = field;
    if (type === 'boolean') return [[name, { path: name, kinds: ['equals'], exact: true, literal: 'boolean' }]];
    if (type === 'int') return [[name, { path: name, kinds: ['equals', 'greaterThan', 'greaterThanOrEqual', 'lessThan', 'lessThanOrEqual'], literal: 'number' }]];
    if (isId(field)) return [[name, { path: name, kinds: ['equals'], literal: 'string' }]];
    return PATTERNED.has(type) ? [[name, { path: name, kinds: ['equals', 'startsWith', 'endsWith', 'contains'], literal: 'string' }]] : [];
  });
  return { ...Object.fromEntries(rows), [NAME]: { path: 'Id', kinds: ['equals'] }, [UID]: { path: 'Id', kinds: ['equals'] } };
}

/** Fields that hold ids. */
export function idFields(fields: readonly SalesforceField[]): ReadonlySet<string> {
  return new Set(['Id', ...fields.filter(isId).map(({ name }) => name)]);
}
