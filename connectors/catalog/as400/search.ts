import { ACCOUNT, ConnectorError, ConnectorObject, GROUP, NAME, Name, UID, Uid, attributeKey, type Filter } from '../../../protocol/model/index.js';
import { folded } from '../../framework/given-values.js';
import type { Call, FilterSplit, Results, SearchRequest } from '../../framework/spi.js';
import { profileName } from './cl/command.js';
import type { SqlRow, SqlValue } from './database/mapepire.js';
import { PROFILE_NAME, accountObject, groupObject, nameIn } from './profile-object.js';
import type { As400Session } from './session.js';

export type ProfileClass = typeof ACCOUNT | typeof GROUP;

export function profileClass(objectClass: string): ProfileClass {
  const known = [ACCOUNT, GROUP].find((name) => name.toLowerCase() === objectClass.toLowerCase());
  if (known === ACCOUNT || known === GROUP) return known;
  throw new ConnectorError('unsupportedOperation', `The AS400 connector has no object class ${objectClass}: use __ACCOUNT__ or __GROUP__.`);
}

/** A profile with a group ID is a group, every other a user; as the Java toolbox tells them apart. */
const OF_CLASS: Readonly<Record<ProfileClass, string>> = {
  [ACCOUNT]: 'COALESCE(GROUP_ID_NUMBER, 0) = 0', [GROUP]: 'COALESCE(GROUP_ID_NUMBER, 0) <> 0',
};

const NAMES = new Set([UID, NAME, 'USPRF'].map(attributeKey));

const single = (filter: Filter): string | undefined => {
  const values = 'attribute' in filter ? filter.attribute.values : null;
  return values?.length === 1 && typeof values[0] === 'string' ? values[0] : undefined;
};

/** A read by id, or the beginning of a name. The IBM i compares names without case, ICF with it: the facade looks again. */
export function nativeFilter(filter: Filter): FilterSplit {
  if (single(filter) === undefined || !('attribute' in filter) || !NAMES.has(attributeKey(filter.attribute.name))) return { native: undefined, residual: filter };
  if (filter.kind === 'equals') return { native: filter, residual: filter.attribute.is(UID) ? undefined : filter };
  return filter.kind === 'startsWith' ? { native: filter, residual: filter } : { native: undefined, residual: filter };
}

interface Condition { readonly text: string; readonly values: readonly SqlValue[] }

/** Values are bound; `!` makes the characters of a pattern ordinary. */
function conditionOf(filter: Filter | undefined): Condition {
  const value = filter === undefined ? undefined : single(filter);
  if (filter === undefined || value === undefined) return { text: '', values: [] };
  if (filter.kind === 'equals') return { text: ` AND ${PROFILE_NAME} = ?`, values: [folded(value)] };
  return { text: ` AND ${PROFILE_NAME} LIKE ? ESCAPE '!'`, values: [`${folded(value).replaceAll(/[!%_]/g, '!$&')}%`] };
}

function statement(objectClass: ProfileClass, columns: string, { text, values }: Condition): readonly [string, readonly SqlValue[]] {
  return [`SELECT ${columns} FROM QSYS2.USER_INFO_BASIC WHERE ${OF_CLASS[objectClass]}${text} ORDER BY ${PROFILE_NAME}`, values];
}

/** The row of one profile; undefined where there is none of the class. */
export function profileRow({ job }: As400Session, objectClass: ProfileClass, name: string, signal: AbortSignal): Promise<SqlRow | undefined> {
  return job.row(...statement(objectClass, '*', { text: ` AND ${PROFILE_NAME} = ?`, values: [name] }), signal);
}

/** As `profileRow`. Throws `unknownUid`. */
export async function requireProfile(session: As400Session, uid: string, signal: AbortSignal): Promise<{ readonly name: string; readonly row: SqlRow; readonly zone: string }> {
  // Bound, so that what cannot be a name is nobody's; commands are made with the IBM i's own spelling.
  const row = await profileRow(session, ACCOUNT, folded(uid), signal);
  if (row === undefined) throw new ConnectorError('unknownUid', `The IBM i has no user profile "${uid}" that is not a group.`, { outcome: 'notApplied' });
  return { name: profileName(nameIn(row), UID), row, zone: session.zone };
}

/** Profiles in the order of their names. Where only names are asked for, only names are read. */
export async function* search(session: As400Session, request: SearchRequest, call: Call): Results {
  const objectClass = profileClass(request.objectClass);
  const { attributesToGet } = request.options;
  const asked = attributesToGet === undefined ? undefined : new Set(attributesToGet.map(attributeKey));
  const onlyNames = asked !== undefined && [...asked].every((name) => name === attributeKey(UID) || name === attributeKey(NAME));
  const [sql, values] = statement(objectClass, onlyNames ? PROFILE_NAME : '*', conditionOf(request.filter));
  for await (const rows of session.job.rows(sql, values, call.signal)) {
    for (const row of rows) {
      if (onlyNames) yield new ConnectorObject(objectClass, [new Uid(nameIn(row)), new Name(nameIn(row))]);
      else yield objectClass === GROUP ? groupObject(row, session.zone) : accountObject(row, session.zone, asked);
    }
  }
  return undefined;
}
