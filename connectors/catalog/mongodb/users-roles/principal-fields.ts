import { ConnectorError, IcfArray, NAME, PASSWORD, attributeKey, type Attribute, type GuardedString, type IcfValue } from '../../../../protocol/model/index.js';
import type { DatabaseSession } from '../connection/mongo-session.js';
import type { PrincipalKind } from './principal-kind.js';

function refuse(message: string): never {
  throw new ConnectorError('invalidAttributeValue', message, { outcome: 'notApplied' });
}

/** A list given as one value counts as its values. */
function listed(values: readonly IcfValue[] | null): readonly IcfValue[] {
  return (values ?? []).flatMap((value) => (value instanceof IcfArray ? value.items : Array.isArray(value) ? value : [value]));
}

/** A role as commands and answers have it: `read` is the role of this database. */
function roleDocument(database: string, value: IcfValue): unknown {
  if (typeof value === 'string') return { role: value, db: database };
  const role = value instanceof Map ? value.get('role') : undefined;
  const db = value instanceof Map ? value.get('db') ?? database : undefined;
  if (typeof role !== 'string' || typeof db !== 'string') return refuse('A role is the name of a role of this database, or a map of role and db.');
  return { role, db };
}

function isClear(value: IcfValue | undefined): value is GuardedString {
  return typeof value === 'object' && value !== null && 'reveal' in value;
}

/** The clear password; undefined where the attribute has no value. */
function passwordOf({ values }: Attribute): string | undefined {
  const value = values?.[0] ?? null;
  if (value === null) return undefined;
  return isClear(value) ? value.reveal() : refuse(`${PASSWORD} has to be a secret.`);
}

/** One list of a command, by its field. */
export function listField({ database, writer }: DatabaseSession, field: string, { name, values }: Pick<Attribute, 'name' | 'values'>): unknown[] {
  return listed(values).map((value) => {
    if (field === 'roles') return roleDocument(database.databaseName, value);
    if (field === 'mechanisms' ? typeof value !== 'string' : !(value instanceof Map)) refuse(`A value of ${name} has to be ${field === 'mechanisms' ? 'text' : 'a map'}.`);
    return writer.value('', value);
  });
}

/** What a command changes, by its field. Throws `invalidAttributeValue` for an attribute users or roles do not have. */
export function commandFields(session: DatabaseSession, kind: PrincipalKind, attributes: readonly Attribute[]): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const attribute of attributes) {
    const key = attributeKey(attribute.name);
    const list = kind.lists.get(key);
    if (attribute.name === NAME) continue;
    if (list !== undefined) fields[list] = listField(session, list, attribute);
    else if (kind.noun === 'user' && attribute.name === PASSWORD) fields['pwd'] = passwordOf(attribute) ?? refuse(`${PASSWORD} has no value: a user of MongoDB cannot be without a password.`);
    else if (kind.noun === 'user' && key === 'customdata') fields['customData'] = customData(session, attribute);
    else refuse(kind.readOnly.has(key) ? `${attribute.name} of a ${kind.noun} is the server's to say: it cannot be written.` : `A ${kind.noun} of MongoDB has no ${attribute.name}.`);
  }
  return fields;
}

function customData({ writer }: DatabaseSession, { values }: Attribute): unknown {
  const value = values?.[0] ?? null;
  if (value === null) return {};
  return value instanceof Map && values?.length === 1 ? writer.value('', value) : refuse('customData has to be one map.');
}
