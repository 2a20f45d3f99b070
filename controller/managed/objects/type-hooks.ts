import { getKey, setKey, type JsonObject, type JsonValue } from '../../crest/json.js';
import { ResourceError } from '../../crest/resource-error.js';
import type { ObjectHook, PropertyHook } from '../configuration/managed-source.js';
import type { ManagedType } from '../configuration/managed-type.js';
import type { HookOutcome, HookScript, ManagedHooks } from '../managed-hooks.js';

export type Bindings = Readonly<Record<string, JsonValue | undefined>>;

/** The scripts of one type, for one object. Without scripts nothing is run and nothing changes. */
export class TypeHooks {
  readonly #type: ManagedType;
  readonly #hooks: ManagedHooks | undefined;
  readonly #id: string;
  readonly #signal: AbortSignal;

  constructor(type: ManagedType, hooks: ManagedHooks | undefined, { id, signal }: { readonly id: string; readonly signal: AbortSignal }) {
    this.#type = type;
    this.#hooks = hooks;
    this.#id = id;
    this.#signal = signal;
  }

  /** The object as the script leaves it. */
  async object(slot: ObjectHook, object: JsonObject, more: Bindings = {}): Promise<JsonObject> {
    const script = this.#type.hooks[slot];
    if (script === undefined) return object;
    const { object: left } = await this.run(script, { object, ...more });
    if (left === undefined) throw new ResourceError(500, `${slot} of managed/${this.#type.name} left no object`);
    return left;
  }

  /** What the script answers; undefined without one. */
  async answer(slot: ObjectHook, bindings: Bindings): Promise<JsonValue | undefined> {
    const script = this.#type.hooks[slot];
    return script === undefined ? undefined : (await this.run(script, bindings)).value;
  }

  /** Each property that has the script gets what it answers; of onValidate only a throw counts. */
  async properties(slot: PropertyHook, object: JsonObject, { onlyVirtual = false }: { readonly onlyVirtual?: boolean } = {}): Promise<JsonObject> {
    const result: JsonObject = { ...object };
    for (const { name, hooks, isVirtual } of this.#type.properties.values()) {
      const script = hooks[slot];
      if (script === undefined || (onlyVirtual && !isVirtual)) continue;
      const { value } = await this.run(script, { property: getKey(result, name), propertyName: name, object: result });
      if (slot !== 'onValidate') setKey(result, name, value ?? null);
    }
    return result;
  }

  run(script: HookScript, bindings: Bindings): Promise<HookOutcome> {
    if (this.#hooks === undefined) throw new ResourceError(500, `The scripts of managed/${this.#type.name} cannot be run here`);
    const container = `managed/${this.#type.name}`;
    return this.#hooks.run({ container, script, bindings: { resourceName: `${container}/${this.#id}`, ...bindings } }, this.#signal);
  }
}
