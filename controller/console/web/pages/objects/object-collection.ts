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
}

/** Passwords and what has to be asked for would be a column of dashes. */
function isShown({ nativeType, flags }: SchemaProperty): boolean {
  const isGuarded = typeof nativeType === 'string' && /GUARDED/i.test(nativeType);
  return !isGuarded && !(Array.isArray(flags) && flags.some((flag) => flag === 'NOT_READABLE' || flag === 'NOT_RETURNED_BY_DEFAULT'));
}

export async function propertiesOf(system: string, type: string, signal: AbortSignal): Promise<ObjectProperties> {
  if (system === MANAGED) return ofSchema(await rest<ManagedSchema>({ method: 'GET', path: pathOf('schema', MANAGED, type), signal }));
  const properties = (await provisionerOf(system, signal)).objectTypes[type]?.properties ?? {};
  return { all: Object.keys(properties), shown: Object.entries(properties).flatMap(([name, property]) => (isShown(property) ? [name] : [])) };
}

interface ManagedSchema { readonly _id: string; readonly order?: readonly string[]; readonly properties?: Readonly<Record<string, JsonObject>> }

function ofSchema({ order, properties = {} }: ManagedSchema): ObjectProperties {
  const names = Object.keys(properties);
  const sorted = order === undefined ? names : [...order.filter((name) => names.includes(name)), ...names.filter((name) => !order.includes(name))];
  const isPlain = ({ type, scope, encryption, secureHash, viewable }: JsonObject): boolean => typeof type === 'string' && ['string', 'number', 'integer', 'boolean'].includes(type) && scope !== 'private' && (encryption ?? secureHash ?? null) === null && viewable !== false;
  return { all: sorted, shown: sorted.filter((name) => name !== '_id' && isPlain(properties[name] ?? {})) };
}

/** Types of the controller's own objects; none without managed.json. */
export async function managedTypes(signal: AbortSignal): Promise<readonly string[]> {
  const { result } = await rest<QueryAnswer<JsonObject>>({ method: 'GET', path: `config?_queryFilter=${encodeURIComponent('/_id eq "managed"')}`, signal });
  return result.length === 0 ? [] : (await listOf<ManagedSchema>('schema/managed', signal)).map(({ _id }) => _id.slice(MANAGED.length + 1));
}
