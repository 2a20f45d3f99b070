import { listOf, pathOf, rest, type JsonObject, type QueryAnswer } from '../../api/rest.ts';
import { provisionerOf, type SchemaProperty } from '../systems/provisioner.ts';

/** What stands in the place of a system for the controller's own objects. */
export const MANAGED = 'managed';

/** Where objects are in the API. */
export function collectionOf(system: string, type: string, ...id: readonly string[]): string {
  return system === MANAGED ? pathOf(MANAGED, type, ...id) : pathOf('system', system, type, ...id);
}

export interface ObjectProperties {
  readonly all: readonly string[];
  /** Worth a column. */
  readonly shown: readonly string[];
  /** A filter may ask for them. */
  readonly searched: readonly string[];
  /** Whose values a filter has without quotes: numbers and truth values. Systems read texts as what the property is. */
  readonly unquoted: readonly string[];
}

/** Passwords and what has to be asked for would be a column of dashes. */
function isShown({ nativeType, flags }: SchemaProperty): boolean {
  const isGuarded = typeof nativeType === 'string' && /GUARDED/i.test(nativeType);
  return !isGuarded && !(Array.isArray(flags) && flags.some((flag) => flag === 'NOT_READABLE' || flag === 'NOT_RETURNED_BY_DEFAULT'));
}

export async function propertiesOf(system: string, type: string, signal: AbortSignal): Promise<ObjectProperties> {
  if (system === MANAGED) return ofSchema(await rest<ManagedSchema>({ method: 'GET', path: pathOf('schema', MANAGED, type), signal }));
  const properties = (await provisionerOf(system, signal)).objectTypes[type]?.properties ?? {};
  const all = Object.keys(properties);
  return { all, searched: all, unquoted: [], shown: Object.entries(properties).flatMap(([name, property]) => (isShown(property) ? [name] : [])) };
}

interface ManagedSchema { readonly _id: string; readonly order?: readonly string[]; readonly properties?: Readonly<Record<string, JsonObject>> }

function ofSchema({ order, properties = {} }: ManagedSchema): ObjectProperties {
  const names = Object.keys(properties);
  const sorted = order === undefined ? names : [...order.filter((name) => names.includes(name)), ...names.filter((name) => !order.includes(name))];
  const of = (name: string): JsonObject => properties[name] ?? {};
  const searched = sorted.filter((name) => isOpen(of(name)));
  return {
    all: sorted, searched, unquoted: sorted.filter((name) => isOf(of(name), ['number', 'integer', 'boolean'])),
    shown: searched.filter((name) => name !== '_id' && of(name)['viewable'] !== false && isOf(of(name), ['string', 'number', 'integer', 'boolean'])),
  };
}

/** Neither private nor stored as something else: what may be seen and asked for. */
function isOpen({ scope, encryption, secureHash }: JsonObject): boolean {
  return (typeof scope !== 'string' || scope.toLowerCase() !== 'private') && (encryption ?? secureHash ?? null) === null;
}

/** Whether a value is of one of these types, if there is one. */
function isOf({ type }: JsonObject, types: readonly string[]): boolean {
  const own = (Array.isArray(type) ? type : [type]).filter((name) => name !== 'null');
  return own.length > 0 && own.every((name) => typeof name === 'string' && types.includes(name));
}

/** Types of the controller's own objects; none without managed.json. */
export async function managedTypes(signal: AbortSignal): Promise<readonly string[]> {
  const { result } = await rest<QueryAnswer<JsonObject>>({ method: 'GET', path: `config?_queryFilter=${encodeURIComponent('/_id eq "managed"')}`, signal });
  return result.length === 0 ? [] : (await listOf<ManagedSchema>('schema/managed', signal)).map(({ _id }) => _id.slice(MANAGED.length + 1));
}
