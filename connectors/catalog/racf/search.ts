import { ACCOUNT, Attribute, ConnectorObject, GROUP, NAME, Name, UID, Uid, attributeKey, type Filter } from '../../../protocol/model/index.js';
import type { Call, FilterSplit, Results, SearchRequest } from '../../framework/spi.js';
import { accountObject } from './account-object.js';
import { list, type RacfSession } from './connection.js';
import { groupObject } from './group-object.js';
import { parseSearch } from './output/search-listing.js';
import { listGroups, listUsers, profileClass, type ProfileClass } from './profiles.js';
import { TsoCommand, isProfileName, profileName } from './tso/command.js';
import { failureOf } from './tso/messages.js';

/** Profiles listed by one command: a page of TSO output, and one request instead of ten. */
const LISTED_AT_ONCE = 10;
const ID_ATTRIBUTE = { [ACCOUNT]: 'userId', [GROUP]: 'GID' } as const;

function isId(name: string, objectClass: string): boolean {
  const key = attributeKey(name);
  return key === attributeKey(UID) || key === attributeKey(NAME) || key === attributeKey(ID_ATTRIBUTE[profileClass(objectClass)]);
}

const single = (filter: Filter): string | undefined => {
  const values = 'attribute' in filter ? filter.attribute.values : null;
  return values?.length === 1 && typeof values[0] === 'string' ? values[0] : undefined;
};

/**
 * A read by id, an ID that is given, or the beginning of one. IDs compare without case in RACF and with it in ICF: the facade
 * looks at what is found once more, except for a read by id.
 */
export function nativeFilter(filter: Filter, objectClass: string): FilterSplit {
  const value = single(filter);
  if (value === undefined || !('attribute' in filter) || !isId(filter.attribute.name, objectClass)) return { native: undefined, residual: filter };
  if (filter.kind === 'equals') return { native: filter, residual: filter.attribute.is(UID) ? undefined : filter };
  return filter.kind === 'startsWith' && isProfileName(value) ? { native: filter, residual: filter } : { native: undefined, residual: filter };
}

async function namesOf(session: RacfSession, objectClass: ProfileClass, filter: Filter | undefined, signal: AbortSignal): Promise<readonly string[]> {
  const value = filter === undefined ? undefined : single(filter);
  // What cannot be a name is nobody's: no need to look through all profiles for it.
  if (filter?.kind === 'equals' && value !== undefined) return isProfileName(value) ? [profileName(value, UID)] : [];
  const mask = value === undefined ? 'NOMASK' : `MASK(${profileName(value, UID)})`;
  const command = new TsoCommand('SEARCH', `CLASS(${objectClass === ACCOUNT ? 'USER' : 'GROUP'})`, [mask]);
  const lines = await list(session, command, signal);
  const failure = failureOf(command, lines.filter((line) => !/ICH31005I/.test(line)));
  if (failure !== undefined) throw failure;
  return parseSearch(lines);
}

function onlyNames(objectClass: ProfileClass, asked: ReadonlySet<string> | undefined): boolean {
  return asked !== undefined && [...asked].every((name) => isId(name, objectClass));
}

function nameObject(objectClass: ProfileClass, name: string): ConnectorObject {
  return new ConnectorObject(objectClass, [new Uid(name), new Name(name), Attribute.of(ID_ATTRIBUTE[objectClass], name)]);
}

async function profiles(session: RacfSession, objectClass: ProfileClass, names: readonly string[], asked: ReadonlySet<string> | undefined, signal: AbortSignal): Promise<ConnectorObject[]> {
  if (objectClass === GROUP) return (await listGroups(session, names, signal)).map(groupObject);
  return (await listUsers(session, names, signal)).map((user) => accountObject(user, { groupDetails: session.config.groupDetails, asked }));
}

/** SEARCH for the names, then LISTUSER or LISTGRP for some of them at a time; names alone need no listing. */
export async function* search(session: RacfSession, request: SearchRequest, call: Call): Results {
  const objectClass = profileClass(request.objectClass);
  const { attributesToGet } = request.options;
  const asked = attributesToGet === undefined ? undefined : new Set(attributesToGet.map(attributeKey));
  const onRequest = asked ?? new Set(request.besides?.map(attributeKey));
  const isById = request.filter?.kind === 'equals';
  const names = await namesOf(session, objectClass, request.filter, call.signal);
  if (!isById && onlyNames(objectClass, asked)) {
    for (const name of names) yield nameObject(objectClass, name);
    return undefined;
  }
  for (let start = 0; start < names.length; start += LISTED_AT_ONCE) {
    call.signal.throwIfAborted();
    yield* await profiles(session, objectClass, names.slice(start, start + LISTED_AT_ONCE), onRequest, call.signal);
    call.progress?.();
  }
  return undefined;
}
