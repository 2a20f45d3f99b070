import { z } from 'zod';
import type { JsonObject, JsonValue } from '../../crest/json.js';

/**
 * `conf/managed.json` as it stands on disk. Keys that only a user interface reads (`viewable`, `title`, `order`, …) are kept and shown
 * with the schema, and mean nothing here. https://docs.pingidentity.com/pingidm/8.1/objects-guide/managed-objects.html
 */
const anything = z.custom<JsonValue>(() => true).optional();
const object = z.custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), { error: 'must be an object' });

/** Slots of scripts, of an object type. */
export const OBJECT_HOOKS = [
  'onCreate', 'onRead', 'onUpdate', 'onDelete', 'postCreate', 'postUpdate', 'postDelete', 'onValidate', 'onRetrieve', 'onQueryResult', 'onStore', 'onSync',
] as const;
export type ObjectHook = (typeof OBJECT_HOOKS)[number];

/** Slots of scripts, of one property. */
export const PROPERTY_HOOKS = ['onValidate', 'onRetrieve', 'onStore'] as const;
export type PropertyHook = (typeof PROPERTY_HOOKS)[number];

export const JSON_TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null', 'any', 'relationship'] as const;
const typeName = z.enum(JSON_TYPES, { error: `must be one of ${JSON_TYPES.join(', ')}` });

const policy = z.looseObject({ policyId: z.string().min(1), params: object.default({}) });

export const propertySource = z.looseObject({
  type: z.union([typeName, z.array(typeName).min(1)], { error: `must be one of ${JSON_TYPES.join(', ')}, or a list of them` }),
  /** Of draft 3 of JSON schema; later ones list the names beside `properties`. */
  required: z.union([z.boolean(), z.array(z.string())]).optional(),
  scope: z.string().transform((scope) => scope.toLowerCase()).pipe(z.enum(['public', 'private'], { error: 'must be public or private' })).default('public'),
  policies: z.array(policy).default([]), conditionalPolicies: anything, fallbackPolicies: anything,
  encryption: z.looseObject({ key: z.string().min(1).optional(), purpose: z.string().min(1).optional(), cipher: z.literal('AES/CBC/PKCS5Padding', { error: 'must be AES/CBC/PKCS5Padding' }).optional() }).nullish(),
  secureHash: z.looseObject({ algorithm: z.string() }).nullish(),
  isVirtual: z.boolean().default(false), returnByDefault: z.boolean().optional(), queryConfig: anything,
  minLength: z.number().int().min(0).optional(), maxLength: z.number().int().min(0).optional(), pattern: z.string().optional(),
  onValidate: anything, onRetrieve: anything, onStore: anything,
});
export type PropertySource = z.infer<typeof propertySource>;

export const schemaSource = z.looseObject({ properties: z.record(z.string(), object).default({}), required: z.array(z.string()).default([]) });

export const typeSource = z.looseObject({
  name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be up to 64 letters, digits, underscores and dashes'),
  schema: object.default({}),
  actions: z.record(z.string(), anything).default({}),
  properties: anything,
});
export type TypeSource = z.infer<typeof typeSource>;

export const managedFile = z.looseObject({ objects: z.array(object) });
