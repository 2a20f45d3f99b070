import type { ApiOperation, AttributeInfo, ObjectClassInfo, OperationOptionInfo, Schema } from '../model/index.js';
import type { JsonObject } from '../crest/json.js';
import { OPERATION_NAMES } from './configure-connector.js';
import { jsonTypeOfClass, nativeTypeName } from './native-types.js';

const DRAFT = 'http://json-schema.org/draft-03/schema';
const EXPRESSED_OTHERWISE: ReadonlySet<string> = new Set(['MULTIVALUED', 'REQUIRED']);
/** Operations that `operationOptions` has blocks for. */
const NAME_OF_OPERATION = new Map<ApiOperation, string>(Object.entries(OPERATION_NAMES).map(([name, operation]) => [operation, name]));

/** A connector's schema as the `objectTypes` and `operationOptions` of a provisioner file. */
export function schemaConfiguration(schema: Schema): JsonObject {
  return {
    objectTypes: Object.fromEntries(schema.objectClasses.map((info) => [info.type, objectTypeJson(info)])),
    operationOptions: operationOptionsJson(schema),
  };
}

/** An object class of a schema as an object type whose properties are called as in the schema. */
export function objectTypeJson(info: ObjectClassInfo): JsonObject {
  return {
    $schema: DRAFT, id: info.type, type: 'object', nativeType: info.type,
    properties: Object.fromEntries(info.attributes.map((attribute) => [attribute.name, propertyJson(attribute)])),
  };
}

function propertyJson({ name, type, flags }: AttributeInfo): JsonObject {
  const json = jsonTypeOfClass(type);
  const nativeType = nativeTypeName(type);
  const isList = flags.includes('MULTIVALUED');
  const acting = flags.filter((flag) => !EXPRESSED_OTHERWISE.has(flag));
  return {
    type: isList ? 'array' : json,
    ...(isList ? { items: { type: json, nativeType } } : {}),
    ...(flags.includes('REQUIRED') ? { required: true } : {}),
    nativeName: name, nativeType,
    ...(acting.length > 0 ? { flags: acting } : {}),
  };
}

function operationOptionsJson(schema: Schema): JsonObject {
  const options = new Map(schema.operationOptions.map((option) => [option.name, option]));
  const blocks: JsonObject = {};
  for (const [operation, name] of NAME_OF_OPERATION) {
    const classes = schema.objectClassesByOperation.get(operation) ?? [];
    if (classes.length === 0) continue;
    const used = (schema.optionsByOperation.get(operation) ?? []).flatMap((option) => options.get(option) ?? []);
    blocks[name] = { objectFeatures: Object.fromEntries(classes.map((objectClass) => [objectClass, { operationOptionInfo: optionInfoJson(used) }])) };
  }
  return blocks;
}

function optionInfoJson(options: readonly OperationOptionInfo[]): JsonObject {
  return {
    $schema: DRAFT, id: 'FIX_ME', type: 'object',
    properties: Object.fromEntries(options.map(({ name, type }) => {
      const component = type.replace(/\[\]$/, '');
      const json = jsonTypeOfClass(component);
      const nativeType = nativeTypeName(component);
      return [name, component === type ? { type: json, nativeType } : { type: 'array', items: { type: json, nativeType }, nativeType }];
    })),
  };
}
