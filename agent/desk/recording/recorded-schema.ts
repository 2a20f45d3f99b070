import type { ApiOperation, Schema } from '../../../protocol/model/index.js';
import type { JsonObject, JsonValue } from '../../../protocol/crest/json.js';

/** A schema as JSON. */
export function schemaJson({ objectClasses, operationOptions, objectClassesByOperation, optionsByOperation }: Schema): JsonObject {
  return {
    objectClasses: objectClasses.map(({ type, isContainer, attributes }) => ({ type, isContainer, attributes: attributes.map((attribute) => ({ name: attribute.name, type: attribute.type, flags: [...attribute.flags] })) })),
    operationOptions: operationOptions.map(({ name, type }) => ({ name, type })),
    objectClassesByOperation: [...objectClassesByOperation].map(([operation, names]) => ({ operation, names: [...names] })),
    optionsByOperation: [...optionsByOperation].map(([operation, names]) => ({ operation, names: [...names] })),
  };
}

interface NamesOfOperation { readonly operation: ApiOperation; readonly names: readonly string[] }

/** The inverse of {@link schemaJson}. */
export function schemaOf(json: JsonValue): Schema {
  const { objectClasses, operationOptions, objectClassesByOperation, optionsByOperation } = json as unknown as Pick<Schema, 'objectClasses' | 'operationOptions'> & {
    readonly objectClassesByOperation: readonly NamesOfOperation[]; readonly optionsByOperation: readonly NamesOfOperation[];
  };
  const byOperation = (all: readonly NamesOfOperation[]) => new Map(all.map(({ operation, names }) => [operation, names]));
  return { objectClasses, operationOptions, objectClassesByOperation: byOperation(objectClassesByOperation), optionsByOperation: byOperation(optionsByOperation) };
}
