import { isObject, type JsonObject } from '../../crest/json.js';
import { schemaProblems } from '../../systems/provisioner-source.js';
import type { HookScript, PropertyHooks } from '../managed-hooks.js';
import type { Policy, PropertyPolicy } from '../policies/policy.js';
import { TEXT_POLICIES } from '../policies/text-policies.js';
import { VALUE_POLICIES } from '../policies/value-policies.js';
import { HASH_ALGORITHMS, hashAlgorithm } from '../protection/secure-hash.js';
import { compileScript, type CompileParts } from './compile-script.js';
import { PROPERTY_HOOKS, propertySource, type PropertySource } from './managed-source.js';
import { relationshipWarning, relationshipsIn } from './relationships.js';
import type { ManagedProperty, Protection } from './managed-type.js';

const POLICIES: ReadonlyMap<string, Policy> = new Map([...TEXT_POLICIES, ...VALUE_POLICIES].map((policy) => [policy.id, policy]));
/** The default key of IDM. */
const DEFAULT_KEY = 'openidm-sym-default';

/** Undefined: it cannot be used, and why has been told. */
export function compileProperty(name: string, schema: JsonObject, isRequired: boolean, parts: CompileParts): ManagedProperty | undefined {
  const parsed = propertySource.safeParse(schema);
  if (!parsed.success) {
    parts.problem(schemaProblems(parsed.error));
    return undefined;
  }
  const source = parsed.data;
  const relationships = relationshipsIn(schema);
  if (relationships.length > 0) parts.warning(relationshipWarning(relationships));
  const protection = protectionOf(source, parts);
  const policies = policiesOf(source, isRequired || source.required === true, parts);
  const isUnique = policies.some(({ policy }) => policy.id === 'unique');
  if (isUnique && protection !== undefined) parts.problem('what is encrypted or hashed cannot be unique');
  if (source.isVirtual && source.onRetrieve === undefined) parts.problem('a virtual property has to be computed by an onRetrieve script; those of relationships (queryConfig) are not supported');
  const isHiddenByDefault = (isRelationship(schema) || source.isVirtual) && source.returnByDefault !== true;
  return { name, schema, isPrivate: source.scope === 'private', isHiddenByDefault, isVirtual: source.isVirtual, protection, isUnique, policies, hooks: hooksOf(source, parts) };
}

/** Itself or a list of them, and no object that holds some. */
function isRelationship(schema: JsonObject): boolean {
  return [schema, schema['items']].some((own) => isObject(own) && relationshipsIn({ type: own['type'] ?? null }).length > 0);
}

function protectionOf({ encryption, secureHash }: PropertySource, parts: CompileParts): Protection | undefined {
  const [cipher, hash] = [encryption ?? undefined, secureHash ?? undefined];
  if (cipher !== undefined && hash !== undefined) parts.problem('there are both encryption and secureHash; one can be');
  if (hash !== undefined) return hashOf(hash.algorithm, parts);
  return cipher === undefined ? undefined : encryptionOf(cipher, parts);
}

function hashOf(name: string, { problem }: CompileParts): Protection | undefined {
  const algorithm = hashAlgorithm(name);
  if (algorithm === undefined) problem(`secureHash.algorithm must be one of ${HASH_ALGORITHMS.join(', ')}`);
  return algorithm === undefined ? undefined : { kind: 'hash', algorithm };
}

/** A key that is named is meant; a purpose has a key of its own, or the default one. */
function encryptionOf(encryption: NonNullable<PropertySource['encryption']>, { keys, problem }: CompileParts): Protection | undefined {
  const { purpose = DEFAULT_KEY } = encryption;
  const alias = encryption.key ?? (keys.has(purpose) ? purpose : DEFAULT_KEY);
  const key = keys.get(alias);
  if (key === undefined) problem(`encryption needs the key ${alias}; set systems.cryptoKeys.${alias} to a file with it`);
  return key === undefined ? undefined : { kind: 'encryption', alias, key };
}

/** What the schema itself asks for comes first, as in IDM. */
function policiesOf(source: PropertySource, isRequired: boolean, { problem }: CompileParts): readonly PropertyPolicy[] {
  if (source.conditionalPolicies !== undefined || source.fallbackPolicies !== undefined) problem('conditionalPolicies and fallbackPolicies are not supported');
  const { minLength, maxLength, pattern, type } = source;
  const given: { readonly policyId: string; readonly params: JsonObject }[] = [];
  if (isRequired) given.push({ policyId: 'required', params: {} });
  if (minLength !== undefined && minLength > 0) given.push({ policyId: 'not-empty', params: {} });
  if (minLength !== undefined) given.push({ policyId: 'minimum-length', params: { minLength } });
  if (maxLength !== undefined) given.push({ policyId: 'maximum-length', params: { maxLength } });
  if (pattern !== undefined) given.push({ policyId: 'regexpMatches', params: { regexp: pattern } });
  given.push({ policyId: 'valid-type', params: { types: Array.isArray(type) ? type : [type] } }, ...source.policies);
  return given.flatMap(({ policyId, params }) => {
    const policy = POLICIES.get(policyId);
    if (policy === undefined) {
      problem(`the policy ${policyId} is not known; known are ${[...POLICIES.keys()].join(', ')}`);
      return [];
    }
    const wrong = policy.problem(params);
    if (wrong !== undefined) problem(`policy ${policyId}: ${wrong}`);
    return [{ policy, params }];
  });
}

function hooksOf(source: PropertySource, parts: CompileParts): PropertyHooks {
  const compiled: Partial<Record<(typeof PROPERTY_HOOKS)[number], HookScript>> = {};
  for (const slot of PROPERTY_HOOKS) {
    const script = compileScript(slot, source[slot], parts);
    if (script !== undefined) compiled[slot] = script;
  }
  return compiled;
}
