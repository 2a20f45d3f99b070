import type { JsonObject, JsonValue } from '../crest/json.js';
import type { ObjectHook, PropertyHook } from './configuration/managed-source.js';

/** A script of `managed.json`, checked and ready to run; what it is, only its {@link ManagedHooks} know. */
export type HookScript = object;

export interface HookCall {
  /** `managed/user` */
  readonly container: string;
  readonly script: HookScript;
  /** The variables of its slot: `object`, `oldObject`, `newObject`, `resourceName`, … */
  readonly bindings: Readonly<Record<string, JsonValue | undefined>>;
}

export interface HookOutcome {
  /** What the script answered; undefined for nothing. */
  readonly value: JsonValue | undefined;
  /** `object` as the script left it; undefined when it is no object any more. */
  readonly object: JsonObject | undefined;
}

/** Runs the scripts of managed objects. */
export interface ManagedHooks {
  /** Throws a TypeError that names the slot, e.g. `onCreate` or `schema.properties.mail.onStore`. */
  compile(slot: string, script: JsonValue): HookScript;
  /** Rejects with what the script threw: a ResourceError keeps its code. */
  run(call: HookCall, signal: AbortSignal): Promise<HookOutcome>;
  /** Whether a file of a script is another one than was compiled. */
  hasChanged(): boolean;
  /** Before everything is compiled anew. */
  forget(): void;
}

export type ObjectHooks = Readonly<Partial<Record<ObjectHook, HookScript>>>;
export type PropertyHooks = Readonly<Partial<Record<PropertyHook, HookScript>>>;
