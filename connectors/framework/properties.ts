import type { ApiOperation, GuardedString, IcfValue } from '../../protocol/model/index.js';

/** One configuration property: the only place where its name, type, default and help stand. */
export interface PropertyDefinition<T> {
  /** ICF type name, e.g. `String`, `int`, `String[]`, `GuardedString`, `File`. */
  readonly type: string;
  /** The default as a plain value: string, number, boolean, string[] or null. */
  readonly default: string | number | boolean | readonly string[] | null;
  readonly required: boolean;
  readonly confidential: boolean;
  readonly group: string;
  readonly help: string;
  readonly displayName?: string | undefined;
  /** Place among the properties, as the Java connector has it: they are published by it, equal ones as in the table. */
  readonly order: number;
  /** The only operations the property is for, and with `required` the only ones that need it; empty: all. */
  readonly operations: readonly ApiOperation[];
  /** ICF value → configuration value. Throws a TypeError that says what is expected. */
  read(value: IcfValue): T;
}

export type PropertyTable = Readonly<Record<string, PropertyDefinition<unknown>>>;

/** The configuration a connector's code sees. Key order is the order of the table. */
export type ConfigOf<P extends PropertyTable> = { readonly [K in keyof P]: P[K] extends PropertyDefinition<infer T> ? T : never };

export interface PropertyOptions {
  readonly required?: boolean;
  readonly confidential?: boolean;
  readonly group?: string;
  readonly help: string;
  readonly displayName?: string;
  /** @default -1, as Java's annotation has it */
  readonly order?: number;
  readonly operations?: readonly ApiOperation[];
}
type Nullable<T, O> = O extends { readonly default: {} } ? T : O extends { readonly required: true } ? T : T | null;
type Defaulted<D> = PropertyOptions & { readonly default?: D | null };

function expected(what: string, value: IcfValue): never {
  throw new TypeError(`expected ${what}, got ${value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value === 'object' ? value.constructor.name : typeof value}`);
}

function define<T>(type: string, options: Defaulted<string | number | boolean | readonly string[]>, read: (value: IcfValue) => T): PropertyDefinition<T | null> {
  return {
    type,
    default: options.default ?? null,
    required: options.required ?? false,
    confidential: options.confidential ?? false,
    group: options.group ?? 'Configuration properties',
    help: options.help,
    displayName: options.displayName,
    order: options.order ?? -1,
    operations: options.operations ?? [],
    read: (value) => (value === null ? null : read(value)),
  };
}

function readInteger(least: number, most: number): (value: IcfValue) => number {
  return (value) => {
    if (typeof value !== 'number' && typeof value !== 'bigint') return expected('an integer', value);
    const number = Number(value);
    if (!Number.isInteger(number) || number < least || number > most) throw new TypeError(`expected an integer from ${least} to ${most}, got ${value}`);
    return number;
  };
}

const readInt = readInteger(-(2 ** 31), 2 ** 31 - 1);
const readLong = readInteger(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);

function readText(value: IcfValue): string {
  return typeof value === 'string' ? value : expected('a string', value);
}

export function text<const O extends Defaulted<string>>(options: O): PropertyDefinition<Nullable<string, O>> {
  return define('String', options, readText) as PropertyDefinition<Nullable<string, O>>;
}

export function file<const O extends Defaulted<string>>(options: O): PropertyDefinition<Nullable<string, O>> {
  return define('File', options, (value) => {
    if (typeof value === 'string') return value;
    return value !== null && typeof value === 'object' && 'path' in value ? value.path : expected('a file path', value);
  }) as PropertyDefinition<Nullable<string, O>>;
}

/** A URI as text. */
export function uri<const O extends Defaulted<string>>(options: O): PropertyDefinition<Nullable<string, O>> {
  return define('URI', options, (value) => {
    const given = value !== null && typeof value === 'object' && 'value' in value ? value.value : value;
    return typeof given === 'string' && URL.canParse(given) ? given : expected('a URI', value);
  }) as PropertyDefinition<Nullable<string, O>>;
}

export function guarded<const O extends PropertyOptions>(options: O): PropertyDefinition<Nullable<GuardedString, O>> {
  return define('GuardedString', { confidential: true, ...options }, (value) => {
    return value !== null && typeof value === 'object' && 'reveal' in value ? (value as GuardedString) : expected('a GuardedString', value);
  }) as PropertyDefinition<Nullable<GuardedString, O>>;
}

export function integer<const O extends Defaulted<number>>(options: O): PropertyDefinition<Nullable<number, O>> {
  return define('int', options, readInt) as PropertyDefinition<Nullable<number, O>>;
}

/** A Java long; connectors see a number, which must be a safe integer. */
export function long<const O extends Defaulted<number>>(options: O): PropertyDefinition<Nullable<number, O>> {
  return define('long', options, readLong) as PropertyDefinition<Nullable<number, O>>;
}

export function flag<const O extends Defaulted<boolean>>(options: O): PropertyDefinition<Nullable<boolean, O>> {
  return define('boolean', options, (value) => (typeof value === 'boolean' ? value : expected('true or false', value))) as PropertyDefinition<Nullable<boolean, O>>;
}

/** A Java `Boolean`: null means that nothing was chosen. */
export function choice(options: Defaulted<boolean>): PropertyDefinition<boolean | null> {
  return { ...flag(options), type: 'Boolean' };
}

/** `String[]`; null reads as an empty list. Without a default an empty list is published. */
export function textList(options: Defaulted<readonly string[]>): PropertyDefinition<readonly string[]> {
  const property = define('String[]', { ...options, default: options.default === undefined ? [] : options.default }, (value) => {
    const items = Array.isArray(value) ? value : value !== null && typeof value === 'object' && 'items' in value ? value.items : expected('a list of strings', value);
    return items.map(readText);
  });
  return { ...property, read: (value) => property.read(value) ?? [] };
}

/** Types the table; keys keep their order. */
export function properties<const P extends PropertyTable>(table: P): P {
  return table;
}

/** The same properties, all with this `order`. */
export function withOrder<const P extends PropertyTable>(order: number, table: P): P {
  return mapTable(table, (property) => ({ ...property, order }));
}

/** The same properties, numbered one by one from `first`. */
export function numbered<const P extends PropertyTable>(first: number, table: P): P {
  return mapTable(table, (property, index) => ({ ...property, order: first + index }));
}

/** The same properties under another heading. */
export function withGroup<const P extends PropertyTable>(group: string, table: P): P {
  return mapTable(table, (property) => ({ ...property, group }));
}

function mapTable<P extends PropertyTable>(table: P, change: (property: PropertyDefinition<unknown>, index: number) => PropertyDefinition<unknown>): P {
  // Only data changes, never what `read` answers, so the types stay true.
  return Object.fromEntries(Object.entries(table).map(([name, property], index) => [name, change(property, index)])) as P;
}
