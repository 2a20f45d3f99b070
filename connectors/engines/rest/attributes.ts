import { ENABLE, PASSWORD, type AttributeFlag, type IcfValue } from '../../../protocol/model/index.js';
import type { Json, JsonObject } from './json.js';
import type { LinkedValues } from './linked-values.js';
import type { RestCall } from './rest-call.js';

/** Adds values to those an object has, or removes them. One that is there, or gone, already is no error. */
export type ValueEdit = (call: RestCall, uid: string, type: 'ADD' | 'REMOVE', values: readonly IcfValue[]) => Promise<void>;

/** How a value gets there that the object's own requests do not take: by a request of its own, once they are carried out. */
export interface SetApart {
  /** @default by both */
  readonly during?: 'create' | 'update';
  /** Null clears. */
  set(call: RestCall, uid: string, value: Json, during: 'create' | 'update'): Promise<void>;
}

/** What an attribute of an object class is, and where it stands in the service's JSON. */
export interface RestAttribute {
  /** ICF type name: `String`, `boolean`, `Integer`, `Long`, `Double`, `Map` (a JSON object), `GuardedString`. */
  readonly type: string;
  readonly flags: readonly AttributeFlag[];
  /** Path in the service's object, e.g. `name.givenName`. @default the attribute's name */
  readonly wire?: string | undefined;
  /** The value in the service's object, where a path does not tell; undefined or null: none. */
  readonly read?: ((object: JsonObject) => Json | undefined) | undefined;
  /** What stands in the body for the values; null clears. Undefined: the attribute is left out. @default the value itself, or the list of them */
  readonly write?: ((values: readonly IcfValue[] | null) => Json | undefined) | undefined;
  /** What clears it. @default null; of a multi-valued attribute [] */
  readonly cleared?: Json | undefined;
  /** Values that are resources of their own at the service, such as memberships; see {@link LinkedValues}. */
  readonly linked?: LinkedValues | undefined;
  /** Taken, but not sent: by any write, by a create, or by an update. */
  readonly unsent?: 'always' | 'onCreate' | 'onUpdate' | undefined;
  /** Where it is set by a request of its own. */
  readonly apart?: SetApart | undefined;
  /** What further requests tell of it, once an object is read: the value at `wire`, where it is asked for. `search` is one and the same while a search lasts. */
  readonly complete?: ((call: RestCall, object: JsonObject, search: object) => Promise<Json>) | undefined;
  /** How values are added or removed without the others, where those may be many; otherwise they are read, merged and replaced. */
  readonly edit?: ValueEdit | undefined;
  /** The values it takes; others are refused before anything is sent. */
  readonly oneOf?: readonly string[] | undefined;
  /** Characters a value may have. */
  readonly longest?: number | undefined;
  readonly notes?: string | undefined;
}

export type RestAttributes = Readonly<Record<string, RestAttribute>>;

interface AttributeOptions {
  readonly wire?: string;
  readonly multi?: boolean;
  /** Create needs it. */
  readonly required?: boolean;
  /** The service's own: neither create nor update takes it. */
  readonly readOnly?: boolean;
  /** Only create takes it. */
  readonly createOnly?: boolean;
  /** Taken, since callers send it back as they read it, and not sent: the service decides it by itself, always or once the object is there. */
  readonly unsent?: 'always' | 'onCreate' | 'onUpdate';
  /** Taken, never given. */
  readonly writeOnly?: boolean;
  /** Given only when asked for by name. */
  readonly onRequest?: boolean;
  readonly read?: (object: JsonObject) => Json | undefined;
  readonly write?: (values: readonly IcfValue[] | null) => Json | undefined;
  readonly cleared?: Json;
  readonly linked?: LinkedValues;
  readonly apart?: SetApart;
  readonly complete?: RestAttribute['complete'];
  readonly edit?: ValueEdit;
  readonly oneOf?: readonly string[];
  readonly longest?: number;
  readonly notes?: string;
}

function flagsOf(options: AttributeOptions): AttributeFlag[] {
  return [
    ...(options.required === true ? ['REQUIRED' as const] : []), ...(options.multi === true ? ['MULTIVALUED' as const] : []),
    ...(options.readOnly === true ? ['NOT_CREATABLE' as const] : []), ...(options.readOnly === true || options.createOnly === true ? ['NOT_UPDATEABLE' as const] : []),
    ...(options.writeOnly === true ? ['NOT_READABLE' as const] : []), ...(options.onRequest === true || options.writeOnly === true ? ['NOT_RETURNED_BY_DEFAULT' as const] : []),
  ];
}

function attribute(type: string, options: AttributeOptions): RestAttribute {
  const { wire, read, write, cleared, linked, apart, complete, edit, unsent, oneOf, longest, notes } = options;
  return { type, flags: flagsOf(options), wire, read, write, cleared, linked, apart, complete, edit, unsent, oneOf, longest, notes };
}

export const string = (options: AttributeOptions = {}): RestAttribute => attribute('String', options);
export const boolean = (options: AttributeOptions = {}): RestAttribute => attribute('Boolean', options);
export const integer = (options: AttributeOptions = {}): RestAttribute => attribute('Integer', options);
export const long = (options: AttributeOptions = {}): RestAttribute => attribute('Long', options);
export const double = (options: AttributeOptions = {}): RestAttribute => attribute('Double', options);
/** A JSON object, as a Map; with `multi` a list of them. */
export const object = (options: AttributeOptions = {}): RestAttribute => attribute('Map', options);

/** `__PASSWORD__`: written, never read. */
export const password = (options: Omit<AttributeOptions, 'multi' | 'read' | 'writeOnly'> = {}): RestAttribute => attribute('GuardedString', { ...options, writeOnly: true });

/** `__ENABLE__` by a field of the service that has one value for enabled and another for disabled. */
export function enabled({ wire, on, off, ...options }: { readonly wire: string; readonly on: Json; readonly off: Json; readonly notes?: string }): RestAttribute {
  return attribute('boolean', {
    ...options, wire,
    read: (given) => (given[wire] === undefined ? undefined : given[wire] === on),
    write: (values) => (values?.[0] === false ? off : on),
  });
}

/** Types the table; keys keep their order. */
export function attributes<const A extends RestAttributes>(table: A): A {
  for (const name of [PASSWORD, ENABLE]) if (table[name]?.flags.includes('MULTIVALUED') === true) throw new TypeError(`${name} has one value.`);
  return table;
}

export function isMultiValued({ flags }: RestAttribute): boolean {
  return flags.includes('MULTIVALUED');
}
