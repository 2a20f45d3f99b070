import type { JsonObject, JsonValue } from '../../crest/json.js';
import type { CryptoKeys } from '../../systems/encrypted-values.js';
import { schemaProblems } from '../../systems/provisioner-source.js';
import type { HookScript, ManagedHooks, ObjectHooks } from '../managed-hooks.js';
import { compileProperty } from './compile-property.js';
import { compileScript, type CompileParts } from './compile-script.js';
import { OBJECT_HOOKS, managedFile, schemaSource, typeSource, type ObjectHook } from './managed-source.js';
import type { ManagedProperty, ManagedType } from './managed-type.js';

export interface CompiledManaged {
  readonly types: ReadonlyMap<string, ManagedType>;
  /** What the file has that works differently from what it may be thought to. */
  readonly warnings: readonly string[];
}

/** `managed.json` is wrong. */
export class ManagedConfigurationError extends TypeError {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`managed.json: ${problems.join('; ')}`);
    this.problems = problems;
  }
}

export interface ManagedCompilerParts {
  readonly keys: CryptoKeys;
  readonly hooks: ManagedHooks | undefined;
}

/** The types of a file, each checked. Throws a ManagedConfigurationError with everything that is wrong. */
export function compileManaged(file: JsonValue, { keys, hooks }: ManagedCompilerParts): CompiledManaged {
  const parsed = managedFile.safeParse(file);
  if (!parsed.success) throw new ManagedConfigurationError([schemaProblems(parsed.error)]);
  const problems: string[] = [];
  const warnings: string[] = [];
  const types = new Map<string, ManagedType>();
  for (const [index, raw] of parsed.data.objects.entries()) {
    const where = typeof raw['name'] === 'string' ? raw['name'] : `objects[${index}]`;
    const type = compileType(raw, { keys, hooks, problem: (text) => problems.push(`${where}: ${text}`), warning: (text) => warnings.push(`${where}: ${text}`) });
    if (type !== undefined && types.has(type.name)) problems.push(`${where}: two types have this name`);
    if (type !== undefined) types.set(type.name, type);
  }
  if (problems.length > 0) throw new ManagedConfigurationError(problems);
  return { types, warnings };
}

function compileType(raw: JsonObject, parts: CompileParts): ManagedType | undefined {
  const parsed = typeSource.safeParse(raw);
  if (!parsed.success) {
    parts.problem(schemaProblems(parsed.error));
    return undefined;
  }
  const { name, schema, actions, properties: formerProperties } = parsed.data;
  if (formerProperties !== undefined) parts.problem('properties belong into schema; the form of OpenIDM 3 is not supported');
  const parsedSchema = schemaSource.safeParse(schema);
  if (!parsedSchema.success) {
    parts.problem(`schema: ${schemaProblems(parsedSchema.error)}`);
    return undefined;
  }
  const { properties, required } = parsedSchema.data;
  for (const missing of required.filter((own) => !Object.hasOwn(properties, own))) parts.problem(`schema.required names ${missing}, which schema.properties does not have`);
  const compiled = new Map<string, ManagedProperty>();
  for (const [own, source] of Object.entries(properties)) {
    const place = `schema.properties.${own}: `;
    const property = compileProperty(own, source, required.includes(own), { ...parts, problem: (text) => { parts.problem(place + text); }, warning: (text) => { parts.warning(place + text); } });
    if (property !== undefined) compiled.set(own, property);
  }
  return { name, schema, properties: compiled, hooks: hooksOf(raw, parts), actions: actionsOf(actions, parts) };
}

function hooksOf(raw: JsonObject, parts: CompileParts): ObjectHooks {
  const compiled: Partial<Record<ObjectHook, HookScript>> = {};
  for (const slot of OBJECT_HOOKS) {
    const script = compileScript(slot, raw[slot], parts);
    if (script !== undefined) compiled[slot] = script;
  }
  return compiled;
}

function actionsOf(actions: Readonly<Record<string, JsonValue | undefined>>, parts: CompileParts): ReadonlyMap<string, HookScript> {
  return new Map(Object.entries(actions).flatMap(([name, script]) => {
    const compiled = compileScript(`actions.${name}`, script, parts);
    return compiled === undefined ? [] : [[name, compiled] as const];
  }));
}
