import type { CsdlModel, TypeRef } from './csdl-model.js';

const GUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
const matches = (pattern: RegExp) => (value: unknown): boolean => typeof value === 'string' && pattern.test(value);
const isText = (value: unknown): boolean => typeof value === 'string';
const whole = (bits: number) => (value: unknown): boolean => Number.isInteger(value) && Math.abs(value as number) <= 2 ** (bits - 1);
const PRIMITIVES: Readonly<Record<string, (value: unknown) => boolean>> = {
  'Edm.String': isText, 'Edm.Binary': isText, 'Edm.Stream': isText, 'Edm.Boolean': (value) => typeof value === 'boolean', 'Edm.Guid': matches(GUID),
  'Edm.Byte': whole(9), 'Edm.SByte': whole(8), 'Edm.Int16': whole(16), 'Edm.Int32': whole(32), 'Edm.Int64': whole(64), 'Edm.Single': (value) => typeof value === 'number', 'Edm.Double': (value) => typeof value === 'number', 'Edm.Decimal': (value) => typeof value === 'number',
  'Edm.DateTimeOffset': matches(/^-?\d{4,}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/), 'Edm.Date': matches(/^\d{4}-\d\d-\d\d$/), 'Edm.TimeOfDay': matches(/^\d\d:\d\d/), 'Edm.Duration': matches(/^-?P/),
};

/** What is wrong with JSON that should be a value of the type (OData JSON format 4.01). */
export function valueComplaints(model: CsdlModel, type: TypeRef, value: unknown, name: string): string[] {
  if (value === null) return type.nullable ? [] : [`${name} must not be null`];
  if (type.isList) return Array.isArray(value) ? value.flatMap((each, index) => valueComplaints(model, { ...type, isList: false }, each, `${name}/${index}`)) : [`${name} must be a list`];
  const isOf = PRIMITIVES[type.name];
  if (isOf !== undefined) return isOf(value) ? [] : [`${name} must be ${type.name}`];
  return model.enums.has(type.name) ? memberComplaints(model.enums.get(type.name)!, value, name) : structuredComplaints(model, type, value, name);
}

function memberComplaints(members: readonly string[], value: unknown, name: string): string[] {
  return typeof value === 'string' && value.split(',').every((each) => members.includes(each)) ? [] : [`${name} must be one of ${members.join(', ')}`];
}

function structuredComplaints(model: CsdlModel, type: TypeRef, value: unknown, name: string): string[] {
  if (!model.types.has(type.name)) return [];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? objectComplaints(model, type.name, value, name) : [`${name} must be an object`];
}

function objectComplaints(model: CsdlModel, declared: string, value: object, name: string): string[] {
  const told = (value as Record<string, unknown>)['@odata.type'];
  const type = typeof told === 'string' ? model.fullName(told.replace(/^#/, '')) : declared;
  if (!model.types.has(type)) return [`${name} is of an unknown type ${type}`];
  return Object.entries(value).flatMap(([key, each]) => {
    const [property = '', annotation] = key.split('@');
    if (annotation !== undefined) return property === '' || model.property(type, property) !== undefined || model.navigation(type, property) !== undefined ? [] : [`${name}/${key} is about nothing in ${type}`];
    const target = model.property(type, key) ?? model.navigation(type, key);
    if (target !== undefined) return valueComplaints(model, target, each, `${name}/${key}`);
    return model.isExtension(type, key) ? [] : [`${name}/${key} is not in the contract`];
  });
}
