import type { JsonObject } from '../../crest/json.js';
import type { HookScript, ObjectHooks, PropertyHooks } from '../managed-hooks.js';
import type { PropertyPolicy } from '../policies/policy.js';
import type { HashAlgorithm } from '../protection/secure-hash.js';

/** How a value is stored. */
export type Protection = { readonly kind: 'encryption'; readonly alias: string; readonly key: Buffer } | { readonly kind: 'hash'; readonly algorithm: HashAlgorithm };

export interface ManagedProperty {
  readonly name: string;
  /** As in the file. */
  readonly schema: JsonObject;
  /** Not shown to callers of the REST API, and not to be searched for by them. */
  readonly isPrivate: boolean;
  /** Shown only when it is asked for by its name. */
  readonly isHiddenByDefault: boolean;
  readonly isVirtual: boolean;
  readonly protection: Protection | undefined;
  readonly isUnique: boolean;
  readonly policies: readonly PropertyPolicy[];
  readonly hooks: PropertyHooks;
}

/** A type of managed objects, checked. */
export interface ManagedType {
  readonly name: string;
  /** As in the file. */
  readonly schema: JsonObject;
  readonly properties: ReadonlyMap<string, ManagedProperty>;
  readonly hooks: ObjectHooks;
  readonly actions: ReadonlyMap<string, HookScript>;
}

export function uniqueNames(type: ManagedType): readonly string[] {
  return [...type.properties.values()].filter(({ isUnique }) => isUnique).map(({ name }) => name);
}
