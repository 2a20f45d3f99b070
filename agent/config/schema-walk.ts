import { z } from 'zod';

/** The schema below its optional, default, refinement and transformation wrappers. */
export function unwrap(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodPipe) return unwrap(schema.in as z.ZodType);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return unwrap(schema.unwrap() as z.ZodType);
  return schema;
}

/** The schema of the setting at `path`; undefined where there is none. */
export function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType | undefined {
  const [key, ...rest] = path;
  const here = unwrap(schema);
  if (key === undefined) return schema;
  if (here instanceof z.ZodArray) return schemaAt(here.element as z.ZodType, rest);
  if (here instanceof z.ZodRecord) return schemaAt(here.valueType as z.ZodType, rest);
  if (!(here instanceof z.ZodObject)) return undefined;
  const shape = here.shape as Readonly<Record<PropertyKey, z.ZodType>>;
  const child = Object.hasOwn(shape, key) ? shape[key] : undefined;
  return child === undefined ? undefined : schemaAt(child, rest);
}

/** Keys a mapping at this place may have; undefined when it is no mapping with fixed keys. */
export function keysOf(schema: z.ZodType): readonly string[] | undefined {
  const here = unwrap(schema);
  return here instanceof z.ZodObject ? Object.keys(here.shape) : undefined;
}

/** The first description found while unwrapping. */
export function descriptionOf(schema: z.ZodType): string | undefined {
  if (schema.description !== undefined) return schema.description;
  const inner = schema instanceof z.ZodPipe ? (schema.in as z.ZodType)
    : schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault ? (schema.unwrap() as z.ZodType) : undefined;
  return inner === undefined ? undefined : descriptionOf(inner);
}
